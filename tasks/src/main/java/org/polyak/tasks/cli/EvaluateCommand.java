package org.polyak.tasks.cli;

import java.util.concurrent.Callable;
import org.polyak.nn.session.Session;
import org.polyak.tasks.config.Settings;
import org.polyak.tasks.train.Evaluation;
import org.polyak.tasks.train.LearningTask;
import org.polyak.tasks.train.ModelUse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code polyak evaluate}: measures the model of a run on all of its task's test data. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = {
      "Measures the model of a run on all test data of its task.",
      "Example: polyak evaluate runs/mnist --set task.test-images=0"
    })
final class EvaluateCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin private TrainedRun run = new TrainedRun();

  EvaluateCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    Settings settings = run.settings(surroundings);
    LearningTask task = TrainedRun.task(settings, surroundings);
    try (Session session = Sessions.open(settings.run().backend())) {
      Evaluation evaluation = new ModelUse(session, settings.run(), task, run.folder()).evaluate();
      var terminal = surroundings.terminal();
      terminal.err().println(session.describe() + ".");
      terminal.out().printf("%-20s %.6f%n", task.metric().key(), evaluation.metric());
      terminal.out().printf("%-20s %.6f%n", "loss", evaluation.loss());
    }
    return 0;
  }
}
