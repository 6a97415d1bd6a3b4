package org.polyak.tasks.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.polyak.tasks.ExitCode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Spec;

/** The {@code polyak} command. */
@Command(
    name = "polyak",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Trains, evaluates and compares momentum transformers.",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    footer = {
      "",
      "The exit codes of certify are its own: polyak certify --help lists them.",
      "",
      "Example: polyak train copy --variant adaptive"
    })
public final class Polyak implements Runnable {
  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  private Polyak(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** Runs the command and ends the process with its {@link ExitCode}. */
  public static void main(String[] arguments) {
    Surroundings surroundings = Surroundings.ofProcess();
    // An Error, such as a full heap, passes every handler of exceptions and ends up here.
    Thread.currentThread()
        .setUncaughtExceptionHandler((thread, failure) ->
            System.exit(Failures.report(failure, surroundings.terminal()).code()));
    System.exit(run(surroundings, arguments));
  }

  /** Runs the command and returns the code that the process should end with. */
  static int run(Surroundings surroundings, String... arguments) {
    try (Interruption interruption = Interruption.listen()) {
      return commandLine(surroundings, interruption).execute(arguments);
    }
  }

  /** The root prints its help. */
  @Override
  public void run() {
    spec.commandLine().usage(surroundings.terminal().out());
  }

  private static CommandLine commandLine(Surroundings surroundings, Interruption interruption) {
    Terminal terminal = surroundings.terminal();
    CommandLine line =
        new CommandLine(new Polyak(surroundings))
            .addSubcommand(new TrainCommand(surroundings, interruption))
            .addSubcommand(new EvaluateCommand(surroundings))
            .addSubcommand(new GenerateCommand(surroundings))
            .addSubcommand(new CompareCommand(surroundings, interruption))
            .addSubcommand(new BackendsCommand(surroundings))
            .addSubcommand(new DoctorCommand(surroundings))
            .addSubcommand(new DataCommand(surroundings));
    ToolCommand.addAll(line, terminal);
    line.setOut(terminal.out());
    line.setErr(terminal.err());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (failure, command, result) -> Failures.report(failure, terminal).code());
    line.setParameterExceptionHandler(
        (failure, rejected) -> Failures.reportUsage(failure, terminal).code());
    UsageMessageSpec usage = line.getCommandSpec().usageMessage();
    usage.exitCodeList(exitCodes());
    return line;
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    for (ExitCode code : ExitCode.values()) {
      codes.put(String.valueOf(code.code()), code.meaning());
    }
    return codes;
  }
}
