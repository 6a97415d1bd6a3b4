package org.polyak.tasks.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.session.Session;
import org.polyak.tasks.UserException;
import org.polyak.tasks.config.ConfigRequest;
import org.polyak.tasks.config.RunConfig;
import org.polyak.tasks.train.LearningTask;
import org.polyak.tasks.train.StepProfile;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of {@code doctor --profile}. */
final class ProfileOptions {
  private static final int STEPS = 10;

  @Option(
      names = "--profile",
      description =
          "Trains or generates for a few steps and tells what one of them gives the device to do:"
              + " kernels, copies, memory. The options below belong to it.")
  private boolean wanted;

  @Parameters(
      arity = "0..1",
      paramLabel = "TASK",
      description = "What is trained: copy (default), mnist or text.")
  private @Nullable String task;

  @Option(names = "--preset", paramLabel = "NAME", description = "quick (default), paper, ...")
  private @Nullable String preset;

  @Option(
      names = "--variant",
      paramLabel = "NAME",
      description = "Of the attention; momentum by default.")
  private @Nullable String variant;

  @Option(names = "--steps", paramLabel = "N", description = "Steps to measure; 10 by default.")
  private int steps = STEPS;

  @Option(
      names = "--generate",
      paramLabel = "N",
      description = "Generates N sequences at the same time instead of training.")
  private @Nullable Integer generated;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings, such as the config.conf of a run; default: ./application.conf.")
  private @Nullable Path config;

  @Mixin private SettingsOptions settings = new SettingsOptions();

  boolean wanted() {
    return wanted;
  }

  void check() {
    if (steps < 1) {
      throw new UserException.Usage("--steps must be at least 1, not '%d'.".formatted(steps));
    }
    if (generated != null && generated < 1) {
      throw new UserException.Usage(
          "--generate must be at least 1, not '%d'.".formatted(generated));
    }
  }

  StepProfile measure(Session session, RunConfig run, LearningTask task) {
    return generated == null
        ? StepProfile.ofTraining(session, run, task, steps)
        : StepProfile.ofGeneration(session, run, task, generated, steps);
  }

  /** What the options say. */
  ConfigRequest request(Surroundings surroundings) {
    List<ConfigRequest.Option> options = new ArrayList<>();
    String named = task == null && config == null ? "copy" : task;
    SettingsOptions.add(options, "task.name", "the argument TASK", named);
    SettingsOptions.add(options, "preset", "--preset", preset);
    SettingsOptions.add(options, "variant", "--variant", variant);
    return settings.request(surroundings, options, Optional.ofNullable(config));
  }
}
