package org.polyak.tasks.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.polyak.tasks.config.Settings;
import org.polyak.tasks.data.DataFolders;
import org.polyak.tasks.train.LearningTask;
import org.polyak.tasks.train.RunFolder;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The options of commands that use the model of a run. */
final class TrainedRun {
  @Parameters(paramLabel = "RUN", description = "The folder of a run.")
  private Path folder = Path.of("");

  @Mixin private SettingsOptions settings = new SettingsOptions();

  RunFolder folder() {
    return RunFolder.existing(folder);
  }

  /** The settings of the run, with what the command line changes. */
  Settings settings(Surroundings surroundings) {
    Settings resolved =
        Settings.resolve(
            settings.request(surroundings, List.of(), Optional.of(folder().configuration())));
    resolved.requireEffect();
    return resolved;
  }

  static LearningTask task(Settings settings, Surroundings surroundings) {
    return LearningTask.of(
        settings.run(), DataFolders.of(settings.run().dataDir(), surroundings.home()));
  }
}
