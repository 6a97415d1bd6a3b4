package org.polyak.tasks.train;

import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.polyak.nn.models.StepDecoder;
import org.polyak.nn.session.Session;
import org.polyak.spi.Backend;
import org.polyak.spi.MemoryStats;
import org.polyak.spi.Profile;
import org.polyak.spi.Scope;
import org.polyak.tasks.UserException;
import org.polyak.tasks.config.RunConfig;
import org.polyak.tasks.data.TokenBatch;

/**
 * What some steps of training or generation gave the device to do.
 *
 * @param kind of the steps, in the plural
 * @param steps how many, after {@link #WARM_UP} that do not count
 * @param seconds of all of them, on the host's clock, until the device was done
 * @param profile of the backend, where it counts
 * @param memory of the run: parameters, optimiser state or that of the sequences, and what a step
 *     needs
 */
public record StepProfile(
    String kind, int steps, double seconds, Optional<Profile> profile, MemoryStats memory) {
  /** Steps in which kernels are built and memory is first taken. */
  public static final int WARM_UP = 3;

  /**
   * Trains a fresh model for a few steps and forgets it.
   *
   * @param steps to measure, at least 1
   * @throws UserException.Run when the loss is not a number
   */
  public static StepProfile ofTraining(
      Session session, RunConfig run, LearningTask task, int steps) {
    try (Scope scope = session.openScope("profile")) {
      TrainedModel trained = Models.create(run, task, session.engine(), scope);
      TrainingStep training = new TrainingStep(run, task, trained, trained.optimizer(run));
      return measure(
          "training steps", session.backend(), scope, steps, step -> take(training, task, step));
    }
  }

  /**
   * Generates a few tokens with a fresh model; nothing is drawn from what it puts out.
   *
   * @param batch sequences at the same time
   * @param steps tokens of each to measure, at least 1
   */
  public static StepProfile ofGeneration(
      Session session, RunConfig run, LearningTask task, int batch, int steps) {
    try (Scope scope = session.openScope("profile");
        StepDecoder decoder = Models.create(run, task, session.engine(), scope).decoder(batch)) {
      int[] tokens = new int[batch];
      String kind = "steps of generation, %d sequences at a time,".formatted(batch);
      return measure(kind, session.backend(), scope, steps, step -> decoder.step(tokens));
    }
  }

  private static StepProfile measure(
      String kind, Backend backend, Scope scope, int steps, IntConsumer step) {
    IntStream.range(0, WARM_UP).forEach(step);
    backend.finish();
    backend.profile();
    long start = System.nanoTime();
    IntStream.range(WARM_UP, WARM_UP + steps).forEach(step);
    Optional<Profile> profile = backend.profile();
    backend.finish();
    double seconds = (System.nanoTime() - start) * 1e-9;
    return new StepProfile(kind, steps, seconds, profile, scope.stats());
  }

  private static void take(TrainingStep training, LearningTask task, int step) {
    TokenBatch batch = task.training().batch(step);
    try {
      training.take(batch, step, false);
    } catch (NotFiniteException e) {
      throw new UserException.Run(
          "The training diverged at step %d: %s Lower optimizer.learning-rate."
              .formatted(step + 1, e.getMessage()));
    }
  }
}
