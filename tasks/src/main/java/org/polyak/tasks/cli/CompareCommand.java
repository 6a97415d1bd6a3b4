package org.polyak.tasks.cli;

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
import org.polyak.tasks.io.OutputFiles;
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
          + " Figure 1. --resume goes on with a comparison that was stopped."
    })
final class CompareCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  private final Interruption interruption;

  @Mixin private RunOptions options = new RunOptions();

  CompareCommand(Surroundings surroundings, Interruption interruption) {
    this.surroundings = surroundings;
    this.interruption = interruption;
  }

  /**
   * A run of the comparison.
   *
   * @param settings its settings
   * @param folder its folder, below that of the comparison
   */
  private record Planned(Settings settings, RunFolder folder) {}

  @Override
  public Integer call() {
    if (options.namesVariant()) {
      throw new UserException.Usage(
          "A comparison has several variants: give them with --set"
              + " compare.variants=[linear,momentum] instead of --variant.");
    }
    Path folder = options.resume().orElse(null);
    List<Planned> plan;
    if (folder != null) {
      plan = resumed(folder);
    } else {
      ConfigRequest request = options.request(surroundings, Optional.empty());
      Settings base = Settings.resolve(request);
      folder =
          options
              .out()
              .orElseGet(() -> RunNames.fresh(surroundings, "compare-" + base.run().task().name()));
      plan = fresh(request, base, folder);
    }
    Comparison comparison = train(plan);
    comparison.write(folder);
    surroundings.terminal().out().print(comparison.text());
    surroundings.terminal().out().printf("Report: %s%n", folder.resolve("report.html"));
    return 0;
  }

  private Comparison train(List<Planned> plan) {
    Settings first = plan.getFirst().settings();
    LearningTask task = task(first);
    List<Comparison.Entry> entries = new ArrayList<>();
    interruption.holdProcess();
    ProgressPrinter progress = new ProgressPrinter(surroundings);
    for (Planned planned : plan) {
      progress.told(
          "Variant %s, %d of %d."
              .formatted(planned.settings().run().variant(), entries.size() + 1, plan.size()));
      entries.add(
          new Comparison.Entry(
              train(planned, progress),
              MetricsFile.read(planned.folder().metrics(), task.metric())));
    }
    return new Comparison(first.run().task().name(), task.metric(), entries);
  }

  private RunResult train(Planned planned, ProgressPrinter progress) {
    Settings settings = planned.settings();
    // A session for each, so that what it says of fused operations is about this variant.
    try (Session session = Sessions.open(settings.run().backend())) {
      return new Trainer(
              session,
              settings,
              task(settings),
              planned.folder(),
              progress,
              interruption::requested,
              Version.current())
          .train();
    } catch (UserException.Interrupted e) {
      throw new UserException.Interrupted(
          "The comparison is stopped within the variant %s. Go on with: polyak compare --resume %s"
              .formatted(
                  settings.run().variant(),
                  planned.folder().path().resolveSibling("").normalize()));
    }
  }

  private LearningTask task(Settings settings) {
    return LearningTask.of(
        settings.run(), DataFolders.of(settings.run().dataDir(), surroundings.home()));
  }

  /** Writes the settings of every run first, so that a comparison that is stopped can go on. */
  private static List<Planned> fresh(ConfigRequest request, Settings base, Path path) {
    List<Settings> runs = settings(request, base.compared());
    RunFolder comparison = RunFolder.create(path);
    OutputFiles.write(comparison.configuration(), base.render());
    List<Planned> plan = new ArrayList<>();
    for (Settings settings : runs) {
      RunFolder folder = RunFolder.create(path.resolve(settings.run().variant()));
      OutputFiles.write(folder.configuration(), settings.render());
      plan.add(new Planned(settings, folder));
    }
    return plan;
  }

  private List<Planned> resumed(Path path) {
    RunFolder comparison = RunFolder.existing(path);
    ConfigRequest request = options.request(surroundings, Optional.of(comparison.configuration()));
    List<Planned> plan = new ArrayList<>();
    for (String variant : Settings.resolve(request).compared()) {
      RunFolder folder = RunFolder.existing(path.resolve(variant));
      plan.add(
          new Planned(
              Settings.resolve(options.request(surroundings, Optional.of(folder.configuration()))),
              folder));
    }
    return plan;
  }

  /** One for each variant; a setting of the command line must have an effect on one of them. */
  private static List<Settings> settings(ConfigRequest request, List<String> variants) {
    if (variants.isEmpty()) {
      throw new UserException.Usage("compare.variants is empty: name at least one variant.");
    }
    List<Settings> runs =
        variants.stream()
            .map(name -> new ConfigRequest.Option("variant", "compare.variants", name))
            .map(option -> Settings.resolve(request.with(option)))
            .toList();
    Set<String> withoutEffect = new LinkedHashSet<>(runs.getFirst().withoutEffect());
    runs.forEach(run -> withoutEffect.retainAll(run.withoutEffect()));
    withoutEffect.stream()
        .findFirst()
        .ifPresent(path -> {
          throw Settings.withoutEffect(path, "any of the variants");
        });
    return runs;
  }
}
