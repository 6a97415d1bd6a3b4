package org.polyak.tasks.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
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
      return commandLine(surroundings, interruption, arguments).execute(arguments);
    }
  }

  /** The root prints its help. */
  @Override
  public void run() {
    spec.commandLine().usage(surroundings.terminal().out());
  }

  private static CommandLine commandLine(
      Surroundings surroundings, Interruption interruption, String... arguments) {
    Terminal terminal = surroundings.terminal();
    CommandLine line = new CommandLine(new Polyak(surroundings));
    addCommands(line, surroundings, interruption, List.of(arguments));
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

  /**
   * Adds the command that the first argument names, none for {@code --version} alone, and else all
   * there are: picocli reads the options of every command that it is given by reflection, and all
   * of them take a third of the time that {@code --version} does.
   */
  private static void addCommands(
      CommandLine line,
      Surroundings surroundings,
      Interruption interruption,
      List<String> arguments) {
    if (arguments.equals(List.of("--version"))) {
      return;
    }
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("train", () -> new TrainCommand(surroundings, interruption));
    commands.put("evaluate", () -> new EvaluateCommand(surroundings));
    commands.put("generate", () -> new GenerateCommand(surroundings));
    commands.put("compare", () -> new CompareCommand(surroundings, interruption));
    commands.put("backends", () -> new BackendsCommand(surroundings));
    commands.put("doctor", () -> new DoctorCommand(surroundings));
    commands.put("data", () -> new DataCommand(surroundings));
    String first = arguments.isEmpty() ? "" : arguments.getFirst();
    Supplier<Object> named = commands.get(first);
    if (named != null) {
      line.addSubcommand(first, named.get());
      return;
    }
    commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
    ToolCommand.addAll(line, surroundings.terminal());
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    for (ExitCode code : ExitCode.values()) {
      codes.put(String.valueOf(code.code()), code.meaning());
    }
    return codes;
  }
}
