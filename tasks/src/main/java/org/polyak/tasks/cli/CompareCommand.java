package org.polyak.tasks.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.polyak.nn.session.Session;
import org.polyak.tasks.UserException;
import org.polyak.tasks.config.ConfigRequest;
import org.polyak.tasks.config.Settings;
import org.polyak.tasks.data.DataFolders;
import org.polyak.tasks.report.Comparison;
import org.polyak.tasks.report.MetricsFile;
import org.polyak.tasks.report.RunResult;
import org.polyak.tasks.train.LearningTask;
import org.polyak.tasks.train.RunFolder;
import org.polyak.tasks.train.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code polyak compare}: trains several variants alike and puts them side by side. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = {
      "Trains several variants on the same data, seed and number of steps, and draws their learning"
          + " curves in one picture.",
      "The variants are those of --set compare.variants=[...]; by default the ones of the paper's"
          + " Figure 1. --resume goes on with the unfinished ones."
    })
final class CompareCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final Interruption interruption;

  @Mixin private RunOptions options = new RunOptions();

  CompareCommand(Surroundings surroundings, Interruption interruption) {
    this.surroundings = surroundings;
    this.interruption = interruption;
  }

  @Override
  public Integer call() {
    if (options.namesVariant()) {
      throw new UserException.Usage(
          "A comparison has several variants: give them with --set"
              + " compare.variants=[linear,momentum] instead of --variant.");
    }
    ConfigRequest request = options.request(surroundings, Optional.empty());
    List<Settings> runs = settings(request);
    Path folder = folder(runs.getFirst());
    List<Comparison.Entry> entries = new ArrayList<>();
    LearningTask task = task(runs.getFirst());
    try (Session session = Sessions.open(runs.getFirst().run().backend())) {
      ProgressPrinter progress = new ProgressPrinter(surroundings);
      for (Settings settings : runs) {
        String variant = settings.run().variant();
        progress.told("Variant %s, %d of %d.".formatted(variant, entries.size() + 1, runs.size()));
        entries.add(train(session, settings, folder.resolve(variant), progress));
      }
    }
    Comparison comparison =
        new Comparison(runs.getFirst().run().task().name(), task.metric(), entries);
    comparison.write(folder);
    surroundings.terminal().out().print(comparison.text());
    surroundings.terminal().out().printf("Report: %s%n", folder.resolve("report.html"));
    return 0;
  }

  private Comparison.Entry train(
      Session session, Settings settings, Path path, ProgressPrinter progress) {
    LearningTask task = task(settings);
    RunFolder folder =
        options.resume().isPresent() && Files.exists(path.resolve("config.conf"))
            ? RunFolder.existing(path)
            : RunFolder.create(path);
    RunResult result =
        new Trainer(
                session,
                settings,
                task,
                folder,
                progress,
                interruption::requested,
                Version.current())
            .train();
    return new Comparison.Entry(result, MetricsFile.read(folder.metrics(), task.metric()));
  }

  private LearningTask task(Settings settings) {
    return LearningTask.of(
        settings.run(), DataFolders.of(settings.run().dataDir(), surroundings.home()));
  }

  private Path folder(Settings first) {
    return options
        .resume()
        .or(options::out)
        .orElseGet(() -> RunNames.fresh(surroundings, "compare-" + first.run().task().name()));
  }

  /** One for each variant; a setting of the command line must have an effect on one of them. */
  private static List<Settings> settings(ConfigRequest request) {
    List<Settings> runs = new ArrayList<>();
    Set<String> withoutEffect = null;
    for (String variant : Settings.resolve(request).compared()) {
      Settings settings =
          Settings.resolve(
              request.with(new ConfigRequest.Option("variant", "compare.variants", variant)));
      runs.add(settings);
      if (withoutEffect == null) {
        withoutEffect = new LinkedHashSet<>(settings.withoutEffect());
      } else {
        withoutEffect.retainAll(settings.withoutEffect());
      }
    }
    if (withoutEffect == null) {
      throw new UserException.Usage("compare.variants is empty: name at least one variant.");
    }
    withoutEffect.stream()
        .findFirst()
        .ifPresent(path -> {
          throw Settings.withoutEffect(path, "any of the variants");
        });
    return runs;
  }
}
