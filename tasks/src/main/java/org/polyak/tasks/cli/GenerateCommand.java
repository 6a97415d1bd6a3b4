package org.polyak.tasks.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.session.Session;
import org.polyak.tasks.UserException;
import org.polyak.tasks.config.RunConfig;
import org.polyak.tasks.config.Settings;
import org.polyak.tasks.io.OutputFiles;
import org.polyak.tasks.report.Samples;
import org.polyak.tasks.train.Generated;
import org.polyak.tasks.train.GenerationRequest;
import org.polyak.tasks.train.LearningTask;
import org.polyak.tasks.train.ModelUse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code polyak generate}: samples from the model of a run. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = {
      "Samples from the model of a run, token by token with a state of constant size.",
      "copy: words and what the model made of them. mnist: a picture. text: texts."
    },
    footer = {"", "Example: polyak generate runs/text --prompt 'ROMEO:' --temperature 0.7"})
final class GenerateCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private TrainedRun run = new TrainedRun();

  @Option(names = "--count", paramLabel = "N", description = "How many samples.")
  private @Nullable Integer count;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description =
          "How many images at the same time; 16384 by default. Each needs memory for its state.")
  private int batch = GenerationRequest.BATCH;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 takes the most likely value each time; not for mnist.")
  private @Nullable Double temperature;

  @Option(names = "--prompt", paramLabel = "TEXT", description = "Where a text begins.")
  private String prompt = "";

  @Option(names = "--length", paramLabel = "N", description = "Bytes of a text.")
  private int length;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for pictures; default: that of the run.")
  private @Nullable Path out;

  GenerateCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Settings settings = run.settings(surroundings);
    GenerationRequest request = request(settings.run());
    Path target = out == null ? run.folder().path() : out;
    OutputFiles.createFolder(target);
    LearningTask task = TrainedRun.task(settings, surroundings);
    try (Session session = Sessions.open(settings.run().backend())) {
      Generated generated =
          new ModelUse(session, settings.run(), task, run.folder()).generate(request);
      print(generated.samples(), target);
      surroundings
          .terminal()
          .err()
          .printf(
              "%d %s, %d at a time, in %.2f s (%.2f per second) after %.2f s to start. %s.%n",
              request.count(),
              task.sampleName(),
              generated.together(),
              generated.seconds(),
              request.count() / generated.seconds(),
              generated.startSeconds(),
              session.describe());
    }
    return 0;
  }

  private GenerationRequest request(RunConfig config) {
    int samples = count == null ? config.generate().count() : count;
    double heat = temperature == null ? config.generate().temperature() : temperature;
    if (samples < 1 || batch < 1 || length < 0 || !(heat >= 0 && Double.isFinite(heat))) {
      throw new UserException.Usage(
          "--count and --batch must be at least 1, --length and --temperature at least 0; not %d, %d, %d and %s."
              .formatted(samples, batch, length, heat));
    }
    return new GenerationRequest(samples, batch, heat, prompt, length, config.seed());
  }

  private void print(Samples samples, Path target) {
    var terminal = surroundings.terminal();
    switch (samples) {
      case Samples.Texts texts ->
          texts.texts().forEach(text -> terminal.out().println(separated(text)));
      case Samples.Images images -> terminal.out().println(images.write(target));
    }
  }

  /** Texts of several lines are set apart by a rule. */
  private static String separated(String text) {
    return text.contains("\n") ? text + "\n" + "-".repeat(60) : text;
  }
}
