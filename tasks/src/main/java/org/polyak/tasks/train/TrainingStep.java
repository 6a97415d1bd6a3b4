package org.polyak.tasks.train;

import java.util.function.DoubleSupplier;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.optim.Optimizer;
import org.polyak.nn.random.Generator;
import org.polyak.spi.Scope;
import org.polyak.tasks.config.RunConfig;
import org.polyak.tasks.data.TokenBatch;

/** One step of training: forward, loss, backward, update. A function of its number and batch. */
final class TrainingStep {
  private final RunConfig run;
  private final LearningTask task;
  private final TrainedModel trained;
  private final Optimizer optimizer;
  private final Generator dropout;

  TrainingStep(RunConfig run, LearningTask task, TrainedModel trained, Optimizer optimizer) {
    this.run = run;
    this.task = task;
    this.trained = trained;
    this.optimizer = optimizer;
    this.dropout = Generator.ofSeed(run.seed()).split("dropout");
  }

  /**
   * Takes the step.
   *
   * @param step its number, from 0
   * @param measureMetric whether the metric is wanted too; it is NaN otherwise
   * @return means over the scored positions of the batch, before the update
   * @throws NotFiniteException when the loss is not finite; the parameters are then spoilt, too
   */
  Evaluation take(TokenBatch batch, long step, boolean measureMetric) {
    try (Scope scope = trained.scope().child("step " + (step + 1))) {
      Tape tape = new Tape();
      Ops ops = Ops.training(trained.engine(), scope, tape, dropout.split(Long.toString(step)));
      Variable outputs = Evaluator.outputs(ops, trained, batch);
      Variable losses = task.losses(ops, outputs, batch);
      Variable loss = ops.scale(ops.sumAll(losses), 1 / batch.scored());
      DoubleSupplier coming = ops.toScalarSoon(loss);
      optimizer.step(ops.backward(loss), run.schedule().at(step));
      // The only wait of the step, and only for the loss: while the device goes back over the tape,
      // the host prepares the next step.
      double value = coming.getAsDouble();
      if (!Double.isFinite(value)) {
        throw new NotFiniteException(
            BadNumbers.firstLayer(
                Ops.inference(trained.engine(), scope), trained.model().parameters(), tape));
      }
      double metric =
          measureMetric
              ? task.metricSum(ops, outputs, batch, value * batch.scored()) / batch.scored()
              : Double.NaN;
      return new Evaluation(value, metric);
    }
  }
}
