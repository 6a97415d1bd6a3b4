package org.polyak.tasks.train;

import java.util.Optional;
import org.polyak.nn.optim.Optimizer;
import org.polyak.nn.session.Session;
import org.polyak.spi.Backend;
import org.polyak.spi.MemoryStats;
import org.polyak.spi.Profile;
import org.polyak.spi.Scope;
import org.polyak.tasks.UserException;
import org.polyak.tasks.config.RunConfig;
import org.polyak.tasks.data.TokenBatch;

/**
 * What some training steps gave the device to do.
 *
 * @param steps how many, after {@link #WARM_UP} that do not count
 * @param seconds of all of them, on the host's clock, until the device was done
 * @param profile of the backend, where it counts
 * @param memory of the run: parameters, optimiser state and what a step needs
 */
public record StepProfile(
    int steps, double seconds, Optional<Profile> profile, MemoryStats memory) {
  /** Steps in which kernels are built and memory is first taken. */
  public static final int WARM_UP = 3;

  /**
   * Trains a fresh model for a few steps and forgets it.
   *
   * @param steps to measure, at least 1
   * @throws UserException.Run when the loss is not a number
   */
  public static StepProfile of(Session session, RunConfig run, LearningTask task, int steps) {
    Backend backend = session.backend();
    try (Scope scope = session.openScope("profile")) {
      TrainedModel trained = Models.create(run, task, session.engine(), scope);
      Optimizer optimizer =
          new Optimizer(
              session.engine(),
              run.optimizer(),
              run.clipping(),
              trained.model().parameters(),
              scope);
      TrainingStep training = new TrainingStep(run, task, trained, optimizer);
      take(training, task, 0, WARM_UP);
      backend.finish();
      backend.profile();
      long start = System.nanoTime();
      take(training, task, WARM_UP, WARM_UP + steps);
      Optional<Profile> profile = backend.profile();
      backend.finish();
      double seconds = (System.nanoTime() - start) * 1e-9;
      return new StepProfile(steps, seconds, profile, scope.stats());
    }
  }

  private static void take(TrainingStep training, LearningTask task, int first, int end) {
    for (int step = first; step < end; step++) {
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
}
