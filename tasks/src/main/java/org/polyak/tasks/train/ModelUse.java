package org.polyak.tasks.train;

import java.nio.file.Files;
import java.nio.file.Path;
import org.polyak.nn.checkpoint.Checkpoint;
import org.polyak.nn.session.Session;
import org.polyak.spi.Scope;
import org.polyak.tasks.UserException;
import org.polyak.tasks.config.RunConfig;

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
   */
  public Generated generate(GenerationRequest request) {
    try (Scope scope = session.openScope("generation")) {
      return Generated.of(task, load(scope), request);
    }
  }

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
