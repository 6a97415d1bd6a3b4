package org.polyak.tasks.train;

import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;
import org.polyak.nn.optim.Optimizer;
import org.polyak.nn.random.Generator;
import org.polyak.nn.session.Session;
import org.polyak.spi.Scope;
import org.polyak.tasks.UserException;
import org.polyak.tasks.config.RunConfig;
import org.polyak.tasks.config.Settings;
import org.polyak.tasks.data.BatchSource;
import org.polyak.tasks.data.TokenBatch;
import org.polyak.tasks.io.OutputFiles;
import org.polyak.tasks.report.Curve;
import org.polyak.tasks.report.Fonts;
import org.polyak.tasks.report.LearningCurves;
import org.polyak.tasks.report.Measurement;
import org.polyak.tasks.report.MetricsFile;
import org.polyak.tasks.report.RunReport;
import org.polyak.tasks.report.RunResult;
import org.polyak.tasks.report.Samples;

/**
 * Trains a model and leaves everything about the run in its folder. Batches and dropout are
 * functions of seed and step, and checkpoints hold parameters and optimiser, so a run that was
 * stopped anywhere and resumed ends bit-identical to one that was not. Used once, by one thread.
 */
public final class Trainer {
  private final Session session;
  private final Settings settings;
  private final RunConfig run;
  private final LearningTask task;
  private final RunFolder folder;
  private final TrainingListener listener;
  private final BooleanSupplier stop;
  private final String version;

  /**
   * A run that has not begun.
   *
   * @param session what computes
   * @param settings of the run
   * @param task of the settings
   * @param folder for the results; a checkpoint in it is gone on from
   * @param listener told of the progress
   * @param stop asked after every step whether to stop early
   * @param version of this program, for the report
   */
  public Trainer(
      Session session,
      Settings settings,
      LearningTask task,
      RunFolder folder,
      TrainingListener listener,
      BooleanSupplier stop,
      String version) {
    this.session = session;
    this.settings = settings;
    this.run = settings.run();
    this.task = task;
    this.folder = folder;
    this.listener = listener;
    this.stop = stop;
    this.version = version;
  }

  /**
   * Trains to the last step, evaluates, samples and reports.
   *
   * @throws UserException.Run when the loss is not a number; the last good checkpoint is kept
   * @throws UserException.Interrupted when asked to stop; the checkpoint is of the last step
   * @throws UserException.Output when a result cannot be written, or there are no fonts to draw
   *     with
   */
  public RunResult train() {
    Fonts.require(Fonts.families());
    OutputFiles.write(folder.configuration(), settings.render());
    try (Scope scope = session.openScope("training")) {
      TrainedModel trained = Models.create(run, task, session.engine(), scope);
      Optimizer optimizer = trained.optimizer(run);
      RunState state = new RunState(trained, optimizer, Generator.ofSeed(run.seed()));
      long first = 0;
      if (Files.exists(folder.checkpoint())) {
        first = state.read(folder.checkpoint());
        listener.told("Going on from step %d of %s.".formatted(first, folder.checkpoint()));
      } else {
        save(state, 0, 0);
      }
      try (MetricsFile metrics = MetricsFile.open(folder.metrics(), task.metric(), first)) {
        Clock clock = new Clock(secondsBefore());
        loop(trained, optimizer, state, metrics, clock, first);
        return report(trained, metrics, clock);
      }
    }
  }

  private void loop(
      TrainedModel trained,
      Optimizer optimizer,
      RunState state,
      MetricsFile metrics,
      Clock clock,
      long first) {
    RunConfig.TrainConfig train = run.train();
    BatchSource batches = task.training();
    TrainingStep training = new TrainingStep(run, task, trained, optimizer);
    long saved = first;
    for (long step = first; step < train.steps(); step++) {
      TokenBatch batch = batches.batch(step);
      long done = step + 1;
      boolean logged = done % train.logEvery() == 0 || done == train.steps();
      clock.start();
      Evaluation measured = take(training, batch, step, logged, saved);
      clock.stop(batch.inputs().length);
      if (step == first) {
        listener.told(session.describe() + ".");
      }
      listener.stepped(done, train.steps(), measured.loss(), clock.tokensPerSecond());
      if (logged) {
        record(metrics, Measurement.Kind.TRAINING, measured, done, clock);
      }
      if (done % train.evaluateEvery() == 0 && done < train.steps()) {
        Evaluation evaluation =
            Evaluator.evaluate(task, trained, task.evaluation().limitedTo(train.evaluateBatches()));
        record(metrics, Measurement.Kind.EVALUATION, evaluation, done, clock);
      }
      boolean stopping = stop.getAsBoolean();
      if (stopping || done % train.checkpointEvery() == 0 || done == train.steps()) {
        save(state, done, saved);
        saved = done;
      }
      if (stopping && done < train.steps()) {
        throw new UserException.Interrupted(
            "Stopped after step %d of %d. Go on with: polyak train --resume %s"
                .formatted(done, train.steps(), folder.path()));
      }
    }
  }

  private Evaluation take(
      TrainingStep training, TokenBatch batch, long step, boolean measureMetric, long saved) {
    try {
      return training.take(batch, step, measureMetric);
    } catch (NotFiniteException e) {
      throw notFinite(step + 1, e.layer(), saved);
    }
  }

  private void save(RunState state, long step, long savedBefore) {
    String bad = state.write(folder.checkpoint(), step);
    if (!bad.isEmpty()) {
      throw notFinite(step, "the parameter " + bad, savedBefore);
    }
  }

  private UserException.Run notFinite(long step, String layer, long saved) {
    return new UserException.Run(
        ("The training diverged at step %d: the first numbers that are not finite are in %s. The "
                + "last good checkpoint, of step %d, is kept in %s. Lower optimizer.learning-rate, "
                + "or clip gradients harder with optimizer.clip-norm.")
            .formatted(step, layer, saved, folder.checkpoint()));
  }

  private void record(
      MetricsFile metrics, Measurement.Kind kind, Evaluation measured, long step, Clock clock) {
    Measurement measurement =
        new Measurement(
            step,
            clock.seconds(),
            kind,
            measured.loss(),
            measured.metric(),
            run.schedule().at(step - 1),
            kind == Measurement.Kind.TRAINING ? clock.tokensPerSecond() : 0);
    metrics.append(measurement);
    listener.measured(task.metric(), measurement, run.train().steps());
  }

  private double secondsBefore() {
    List<Measurement> before = MetricsFile.read(folder.metrics(), task.metric());
    return before.isEmpty() ? 0 : before.getLast().seconds();
  }

  private RunResult report(TrainedModel trained, MetricsFile metrics, Clock clock) {
    int steps = run.train().steps();
    Evaluation last = Evaluator.evaluate(task, trained, task.evaluation());
    List<Measurement> measured = MetricsFile.read(folder.metrics(), task.metric());
    boolean evaluatedBefore =
        !measured.isEmpty()
            && measured.getLast().step() == steps
            && measured.getLast().kind() == Measurement.Kind.EVALUATION;
    if (!evaluatedBefore) {
      record(metrics, Measurement.Kind.EVALUATION, last, steps, clock);
      measured = MetricsFile.read(folder.metrics(), task.metric());
    }
    SequencedMap<String, Double> values = new LinkedHashMap<>();
    values.put(task.metric().key(), last.metric());
    values.put("loss", last.loss());
    Sampled sampled = sample(trained);
    values.put(task.sampleName() + "-per-second", sampled.perSecond());
    RunResult result =
        new RunResult(
            run.task().name(),
            run.preset(),
            run.variant(),
            session.backend().info(),
            run.backend().origin(),
            version,
            run.seed(),
            steps,
            trained.model().parameterCount(),
            clock.seconds(),
            tokensPerSecond(measured, clock),
            values);
    new LearningCurves(
            run.task().name() + ": " + run.variant(),
            task.metric(),
            List.of(new Curve(run.variant(), measured)))
        .write(folder.curves());
    new RunReport(result, folder.curves(), sampled.samples(), settings.render())
        .write(folder.report());
    OutputFiles.write(folder.result(), result.toJson());
    return result;
  }

  private Sampled sample(TrainedModel trained) {
    RunConfig.GenerateConfig generate = run.generate();
    GenerationRequest request =
        new GenerationRequest(
            generate.count(), GenerationRequest.BATCH, generate.temperature(), "", 0, run.seed());
    Generated generated = Generated.of(task, trained, request);
    if (generated.samples() instanceof Samples.Images images) {
      images.write(folder.path());
    }
    return new Sampled(List.of(generated.samples()), generate.count() / generated.seconds());
  }

  /** The speed of this process or, where it had nothing left to train, of the last line before. */
  private static double tokensPerSecond(List<Measurement> measured, Clock clock) {
    if (clock.tokensPerSecond() > 0) {
      return clock.tokensPerSecond();
    }
    return measured.stream()
        .filter(measurement -> measurement.kind() == Measurement.Kind.TRAINING)
        .mapToDouble(Measurement::tokensPerSecond)
        .reduce(0, (before, after) -> after);
  }

  /**
   * Samples and the speed at which they came.
   *
   * @param samples what came
   * @param perSecond how many in a second
   */
  private record Sampled(List<Samples> samples, double perSecond) {}

  /** Time spent in training steps, without evaluations and checkpoints. */
  private static final class Clock {
    private final double before;
    private long nanos;
    private long tokens;
    private long started;

    Clock(double before) {
      this.before = before;
    }

    void start() {
      started = System.nanoTime();
    }

    void stop(int tokensDone) {
      nanos += System.nanoTime() - started;
      tokens += tokensDone;
    }

    double seconds() {
      return before + nanos * 1e-9;
    }

    double tokensPerSecond() {
      return nanos == 0 ? 0 : tokens / (nanos * 1e-9);
    }
  }
}
