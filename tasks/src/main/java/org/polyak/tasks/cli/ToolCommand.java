package org.polyak.tasks.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.spi.ToolProvider;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * A command that another module brings: a {@link ToolProvider} named {@code polyak-NAME} is offered
 * as {@code polyak NAME}. It gets the arguments as they are, and the code that it returns ends the
 * process.
 */
@Command
final class ToolCommand implements Callable<Integer> {
  private static final String PREFIX = "polyak-";

  private final Terminal terminal;
  private final ToolProvider tool;

  @Parameters(arity = "0..*", paramLabel = "ARGUMENTS")
  private List<String> arguments = new ArrayList<>();

  private ToolCommand(Terminal terminal, ToolProvider tool) {
    this.terminal = terminal;
    this.tool = tool;
  }

  /** Adds a subcommand for each tool that is found; one that cannot be loaded is named. */
  static void addAll(CommandLine line, Terminal terminal) {
    try {
      for (ToolProvider tool : ServiceLoader.load(ToolProvider.class)) {
        if (tool.name().startsWith(PREFIX)) {
          line.addSubcommand(tool.name().substring(PREFIX.length()), command(tool, terminal));
        }
      }
    } catch (ServiceConfigurationError e) {
      terminal.err().println("polyak: a command could not be loaded: " + e.getMessage());
    }
  }

  private static CommandLine command(ToolProvider tool, Terminal terminal) {
    CommandLine command = new CommandLine(new ToolCommand(terminal, tool));
    command.getCommandSpec().usageMessage().description(tool.description().orElse(""));
    // Options are the tool's own, --help too.
    command.setUnmatchedOptionsArePositionalParams(true);
    command.setStopAtPositional(true);
    return command;
  }

  @Override
  public Integer call() {
    return tool.run(terminal.out(), terminal.err(), arguments.toArray(String[]::new));
  }
}
