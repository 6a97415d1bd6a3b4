package org.polyak.tasks.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.polyak.tasks.config.ConfigRequest;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of commands that train. */
final class RunOptions {
  @Parameters(
      arity = "0..1",
      paramLabel = "TASK",
      description = "copy, mnist or text; may be left out where --config or --resume names it.")
  private @Nullable String task;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description = "Settings to start from: quick (default), paper, ...")
  private @Nullable String preset;

  @Option(
      names = "--variant",
      paramLabel = "NAME",
      description =
          "softmax, linear, linear-unnormalised, momentum (default), momentum-connection or"
              + " adaptive.")
  private @Nullable String variant;

  @Option(names = "--steps", paramLabel = "N", description = "Optimiser steps.")
  private @Nullable Integer steps;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for the results; default: a new one below runs.")
  private @Nullable Path out;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "Goes on with the run in this folder, from its last checkpoint.")
  private @Nullable Path resume;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings, such as the config.conf of a run; default: ./application.conf.")
  private @Nullable Path config;

  @Mixin private SettingsOptions settings = new SettingsOptions();

  /** What the options say; the settings of a resumed run come from its folder. */
  ConfigRequest request(Surroundings surroundings, Optional<Path> resumedConfiguration) {
    List<ConfigRequest.Option> options = new ArrayList<>();
    SettingsOptions.add(options, "task.name", "the argument TASK", task);
    SettingsOptions.add(options, "preset", "--preset", preset);
    SettingsOptions.add(options, "variant", "--variant", variant);
    SettingsOptions.add(options, "train.steps", "--steps", steps);
    return settings.request(
        surroundings, options, resumedConfiguration.or(() -> Optional.ofNullable(config)));
  }

  Optional<Path> out() {
    return Optional.ofNullable(out);
  }

  Optional<Path> resume() {
    return Optional.ofNullable(resume);
  }

  boolean namesVariant() {
    return variant != null;
  }
}
