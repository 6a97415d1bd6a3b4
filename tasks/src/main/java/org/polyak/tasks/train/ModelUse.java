package org.polyak.tasks.train;

import java.nio.file.Files;
import java.nio.file.Path;
import org.polyak.nn.checkpoint.Checkpoint;
import org.polyak.nn.session.Session;
import org.polyak.spi.Scope;
import org.polyak.tasks.UserException;
import org.polyak.tasks.config.RunConfig;
import org.polyak.tasks.report.Samples;

/**
 * Uses the model of a run, without training it.
 *
 * @param session what computes
 * @param run the settings of the run
 * @param task of the settings
 * @param folder with the checkpoint
 */
public record ModelUse(Session session, RunConfig run, LearningTask task, RunFolder folder) {
  /** Measures it on all data of the task's evaluation set. */
  public Evaluation evaluate() {
    try (Scope scope = session.openScope("evaluation")) {
      return Evaluator.evaluate(task, load(scope), task.evaluation());
    }
  }

  /**
   * Samples from it.
   *
   * @param request how many and how
   * @param target for files that the samples consist of
   */
  public Generated generate(GenerationRequest request, Path target) {
    try (Scope scope = session.openScope("generation")) {
      TrainedModel trained = load(scope);
      long start = System.nanoTime();
      Samples samples = task.generate(trained, request, target);
      return new Generated(samples, (System.nanoTime() - start) * 1e-9);
    }
  }

  /**
   * What was generated.
   *
   * @param samples to be looked at
   * @param seconds that it took
   */
  public record Generated(Samples samples, double seconds) {}

  private TrainedModel load(Scope scope) {
    Path checkpoint = folder.checkpoint();
    if (!Files.exists(checkpoint)) {
      throw new UserException.Checkpoint(
          "%s has no model.safetensors. Give the folder of a run that was trained."
              .formatted(folder.path()));
    }
    TrainedModel trained = Models.create(run, task, session.engine(), scope);
    trained.model().load(checkpoint.toString(), Checkpoint.read(checkpoint));
    return trained;
  }
}
