package org.polyak.conformance.tool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that tell a command its backend, to be mixed into it. */
public final class BackendArguments {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--backend",
      paramLabel = "ID",
      description = "The backend; default: -Dpolyak.backend, then POLYAK_BACKEND, then cpu-simd.")
  private @Nullable String id;

  @Option(
      names = "--option",
      paramLabel = "NAME=VALUE",
      description = "A setting of the backend, such as threads=1 or device=1; repeatable.")
  private List<String> options = new ArrayList<>();

  /** Of a command line without them. */
  public BackendArguments() {}

  /** Whether any was given. */
  public boolean given() {
    return id != null || !options.isEmpty();
  }

  /** The backend's id; null where none was named. */
  public @Nullable String id() {
    return id;
  }

  /**
   * The backend's settings, in the order in which they were given.
   *
   * @throws ParameterException when one is not {@code NAME=VALUE} in one line, or is given twice
   */
  public Map<String, String> options() {
    Map<String, String> values = new LinkedHashMap<>();
    for (String option : options) {
      int sign = option.indexOf('=');
      if (sign < 1 || option.lines().count() > 1) {
        throw new ParameterException(
            command.commandLine(),
            "--option needs NAME=VALUE in one line, for example threads=4, not '%s'."
                .formatted(option));
      }
      String name = option.substring(0, sign);
      if (values.put(name, option.substring(sign + 1)) != null) {
        throw new ParameterException(
            command.commandLine(), "--option %s is given twice. Leave one out.".formatted(name));
      }
    }
    return values;
  }
}
