package org.polyak.tasks.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.checkpoint.CheckpointException;
import org.polyak.nn.session.BackendSelectionException;
import org.polyak.spi.BackendUnavailableException;
import org.polyak.spi.DeviceException;
import org.polyak.spi.DeviceMemoryException;
import org.polyak.tasks.ExitCode;
import org.polyak.tasks.UserException;
import picocli.CommandLine;

/**
 * Tells the user what went wrong: one paragraph and an exit code. A stack trace is never printed;
 * that of a bug goes to a file.
 */
final class Failures {
  private Failures() {}

  /** Prints the paragraph. */
  static ExitCode report(Throwable failure, Terminal terminal) {
    return switch (failure) {
      case UserException e -> print(terminal, e.getMessage(), e.exitCode());
      case CheckpointException e -> print(terminal, e.getMessage(), ExitCode.CHECKPOINT_UNUSABLE);
      case BackendSelectionException e ->
          print(terminal, e.getMessage(), ExitCode.BACKEND_UNAVAILABLE);
      case BackendUnavailableException e ->
          print(terminal, e.getMessage(), ExitCode.BACKEND_UNAVAILABLE);
      case DeviceMemoryException e ->
          print(
              terminal,
              e.getMessage() + " The batch's size is train.batch-size, or --batch of generate.",
              ExitCode.RUN_FAILED);
      case DeviceException e -> print(terminal, e.getMessage(), ExitCode.RUN_FAILED);
      case OutOfMemoryError e ->
          print(
              terminal,
              "Java's heap is full (%s). Try a smaller train.batch-size, --batch of generate or model, or more heap with JAVA_TOOL_OPTIONS=-Xmx8g."
                  .formatted(e.getMessage()),
              ExitCode.RUN_FAILED);
      default -> bug(failure, terminal);
    };
  }

  /** Prints what is wrong with the arguments, and which help to read. */
  static ExitCode reportUsage(CommandLine.ParameterException failure, Terminal terminal) {
    CommandLine command = failure.getCommandLine();
    StringBuilder message =
        new StringBuilder(
            String.valueOf(failure.getMessage())
                .replaceFirst("is not an? (int|long)$", "is not a whole number"));
    if (!message.toString().endsWith(".")) {
      message.append('.');
    }
    if (failure instanceof CommandLine.UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      message.append(" Did you mean: ").append(unmatched.getSuggestions().getFirst()).append('?');
    }
    message.append(" See '%s --help'.".formatted(command.getCommandSpec().qualifiedName()));
    return print(terminal, message.toString(), ExitCode.USAGE);
  }

  private static ExitCode print(Terminal terminal, @Nullable String message, ExitCode code) {
    terminal.err().println("polyak: " + message);
    terminal.err().flush();
    return code;
  }

  private static ExitCode bug(Throwable failure, Terminal terminal) {
    return print(
        terminal,
        "this is a bug in polyak: %s. %s Please report it with that text."
            .formatted(failure, trace(failure)),
        ExitCode.RUN_FAILED);
  }

  private static String trace(Throwable failure) {
    try {
      Path file = Files.createTempFile("polyak-", ".log");
      try (PrintWriter writer = new PrintWriter(Files.newBufferedWriter(file))) {
        writer.println("polyak " + Version.current() + ", Java " + Runtime.version());
        failure.printStackTrace(writer);
      }
      return "The details are in " + file + ".";
    } catch (IOException e) {
      StackTraceElement[] frames = failure.getStackTrace();
      return "It happened at " + (frames.length == 0 ? "an unknown place" : frames[0]) + ".";
    }
  }
}
