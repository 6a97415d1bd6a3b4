package org.polyak.conformance.tool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** Reads arguments that several tools have, and words what is wrong with them. */
public final class ToolArguments {
  private ToolArguments() {}

  /**
   * The settings of a backend, in the order in which they were given.
   *
   * @param options as typed after {@code --option}
   * @throws IllegalArgumentException with a message for the user when one is not {@code NAME=VALUE}
   *     in one line, or is given twice
   */
  public static Map<String, String> backendOptions(List<String> options) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String option : options) {
      int sign = option.indexOf('=');
      if (sign < 1 || option.lines().count() > 1) {
        throw new IllegalArgumentException(
            "--option needs NAME=VALUE in one line, for example threads=4, not '%s'."
                .formatted(option));
      }
      String name = option.substring(0, sign);
      if (values.put(name, option.substring(sign + 1)) != null) {
        throw new IllegalArgumentException(
            "--option %s is given twice. Leave one out.".formatted(name));
      }
    }
    return values;
  }

  /** What is wrong with the command line, as a sentence, with what was probably meant. */
  public static String sentence(CommandLine.ParameterException failure) {
    StringBuilder text = new StringBuilder(String.valueOf(failure.getMessage()));
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
