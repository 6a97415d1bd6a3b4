package org.polyak.tasks.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.polyak.nn.session.Session;
import org.polyak.tasks.config.Settings;
import org.polyak.tasks.data.DataFolders;
import org.polyak.tasks.report.RunResult;
import org.polyak.tasks.train.LearningTask;
import org.polyak.tasks.train.RunFolder;
import org.polyak.tasks.train.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code polyak train}: trains one model and reports. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Trains a model and leaves results, curves, report and checkpoint in a folder.",
    footer = {
      "",
      "Examples:",
      "  polyak train copy",
      "  polyak train mnist --variant adaptive --data-dir data",
      "  polyak train text --set task.path=book.txt --steps 2000",
      "  polyak train --resume runs/copy-momentum-20260131-120000"
    })
final class TrainCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final Interruption interruption;

  @Mixin private RunOptions options = new RunOptions();

  TrainCommand(Surroundings surroundings, Interruption interruption) {
    this.surroundings = surroundings;
    this.interruption = interruption;
  }

  @Override
  public Integer call() {
    Settings settings =
        Settings.resolve(
            options.request(
                surroundings,
                options.resume().map(path -> RunFolder.existing(path).configuration())));
    settings.requireEffect();
    LearningTask task =
        LearningTask.of(
            settings.run(), DataFolders.of(settings.run().dataDir(), surroundings.home()));
    interruption.holdProcess();
    try (Session session = Sessions.open(settings.run().backend())) {
      RunFolder folder =
          options
              .resume()
              .map(RunFolder::new)
              .orElseGet(() -> RunFolder.create(newFolder(settings)));
      RunResult result =
          new Trainer(
                  session,
                  settings,
                  task,
                  folder,
                  new ProgressPrinter(surroundings),
                  interruption::requested,
                  Version.current())
              .train();
      print(result, folder);
    }
    return 0;
  }

  private Path newFolder(Settings settings) {
    return options
        .out()
        .orElseGet(() ->
            RunNames.fresh(
                surroundings, settings.run().task().name() + "-" + settings.run().variant()));
  }

  private void print(RunResult result, RunFolder folder) {
    var out = surroundings.terminal().out();
    out.printf(
        "%s, %s: %d steps in %.1f s, %,.0f tokens/s%n",
        result.task(),
        result.variant(),
        result.steps(),
        result.seconds(),
        result.tokensPerSecond());
    for (Map.Entry<String, Double> metric : result.metrics().entrySet()) {
      out.printf("  %-20s %.4f%n", metric.getKey(), metric.getValue());
    }
    out.printf("Report: %s%n", folder.report());
  }
}
