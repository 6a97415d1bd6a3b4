package org.polyak.tasks.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.polyak.tasks.UserException;
import org.polyak.tasks.config.ConfigRequest;
import picocli.CommandLine.Option;

/** The options that stand for settings and hold for every command that computes. */
final class SettingsOptions {
  private static final Set<String> COMMON = Set.of("precision", "threads");

  @Option(
      names = "--backend",
      paramLabel = "ID",
      description = "What computes: an id of 'polyak backends', or auto.")
  private @Nullable String backend;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Worker threads of a CPU backend; 0 takes all cores.")
  private @Nullable Integer threads;

  @Option(
      names = "--option",
      paramLabel = "NAME=VALUE",
      description =
          "A setting of the backend, such as device=1, type=cpu or precision=tf32; may be repeated.")
  private List<String> backendOptions = new ArrayList<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Fixes parameters, data, dropout and samples.")
  private @Nullable Long seed;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where data sets are looked for first, then ~/.polyak/data.")
  private @Nullable Path dataDir;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any setting, for example attention.beta=0.9; may be repeated.")
  private List<String> assignments = new ArrayList<>();

  /** What these options say, with more of the command's own, a file, and the surroundings. */
  ConfigRequest request(
      Surroundings surroundings, List<ConfigRequest.Option> more, Optional<Path> file) {
    List<ConfigRequest.Option> options = new ArrayList<>(more);
    add(options, "backend", "--backend", backend);
    add(options, "threads", "--threads", threads);
    for (String option : backendOptions) {
      addOnce(options, backendOption(option));
    }
    add(options, "seed", "--seed", seed);
    add(options, "data-dir", "--data-dir", dataDir == null ? null : dataDir.toString());
    return new ConfigRequest(
        List.copyOf(options),
        List.copyOf(assignments),
        surroundings.properties(),
        surroundings.environment(),
        file,
        surroundings.workingFolder());
  }

  private static void addOnce(List<ConfigRequest.Option> options, ConfigRequest.Option option) {
    for (ConfigRequest.Option other : options) {
      if (other.key().equals(option.key())) {
        throw new UserException.Usage(
            "%s and %s %s set the same. Leave one out."
                .formatted(option.name(), other.name(), other.value()));
      }
    }
    options.add(option);
  }

  /** Two settings of backends have names of their own, because most backends know them. */
  private static ConfigRequest.Option backendOption(String text) {
    int sign = text.indexOf('=');
    String name = sign < 0 ? "" : text.substring(0, sign).strip();
    if (!name.matches("[a-z][a-z0-9-]*")) {
      throw new UserException.Usage(
          "--option needs NAME=VALUE, for example --option type=cpu, not '%s'.".formatted(text));
    }
    String key = COMMON.contains(name) ? name : "backend-options." + name;
    return new ConfigRequest.Option(key, "--option " + name, text.substring(sign + 1).strip());
  }

  /** Adds an option when it was given. */
  static void add(
      List<ConfigRequest.Option> options, String key, String name, @Nullable Object value) {
    if (value != null) {
      options.add(new ConfigRequest.Option(key, name, value));
    }
  }
}
