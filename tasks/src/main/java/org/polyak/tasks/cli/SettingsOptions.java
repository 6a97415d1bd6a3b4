package org.polyak.tasks.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.polyak.tasks.config.ConfigRequest;
import picocli.CommandLine.Option;

/** The options that stand for settings and hold for every command that computes. */
final class SettingsOptions {
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

  /** Adds an option when it was given. */
  static void add(
      List<ConfigRequest.Option> options, String key, String name, @Nullable Object value) {
    if (value != null) {
      options.add(new ConfigRequest.Option(key, name, value));
    }
  }
}
