package org.polyak.conformance.tool;

import picocli.CommandLine;

/** Words what is wrong with a command line, or with the tool. */
public final class ToolArguments {
  private ToolArguments() {}

  /** What is wrong with the command line, as a sentence, with what was probably meant. */
  public static String sentence(CommandLine.ParameterException failure) {
    StringBuilder text =
        new StringBuilder(
            String.valueOf(failure.getMessage())
                .replaceFirst("is not an int$", "is not a whole number"));
    if (text.charAt(text.length() - 1) != '.') {
      text.append('.');
    }
    if (failure instanceof CommandLine.UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      text.append(" Did you mean ").append(unmatched.getSuggestions().getFirst()).append('?');
    }
    return text.toString();
  }

  /**
   * What to say of a failure that nobody foresaw.
   *
   * @param tool the command, for example {@code polyak certify}
   */
  public static String bug(String tool, Exception failure) {
    StackTraceElement[] frames = failure.getStackTrace();
    return "this is a bug in %s or in the backend: %s at %s. Please report it."
        .formatted(tool, failure, frames.length == 0 ? "an unknown place" : frames[0]);
  }
}
