package org.polyak.tasks.train;

import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.Scope;
import org.polyak.tasks.data.EvaluationSet;
import org.polyak.tasks.data.TokenBatch;

/** Runs a model over batches without training it. */
public final class Evaluator {
  private Evaluator() {}

  /** The means over all scored positions of a set. */
  public static Evaluation evaluate(LearningTask task, TrainedModel trained, EvaluationSet set) {
    double loss = 0;
    double metric = 0;
    double scored = 0;
    for (int i = 0; i < set.batches(); i++) {
      TokenBatch batch = set.source().batch(i);
      try (Scope scope = trained.scope().child("evaluation batch " + i)) {
        Ops ops = Ops.inference(trained.engine(), scope);
        Variable outputs = outputs(ops, trained, batch);
        double lossSum = ops.toScalar(ops.sumAll(task.losses(ops, outputs, batch)));
        loss += lossSum;
        metric += task.metricSum(ops, outputs, batch, lossSum);
        scored += batch.scored();
      }
    }
    return new Evaluation(loss / scored, metric / scored);
  }

  /** The model's outputs for a batch, {@code [B·N, outputs]}. */
  static Variable outputs(Ops ops, TrainedModel trained, TokenBatch batch) {
    Variable outputs = trained.model().forward(ops, batch.inputs(), batch.batch(), null);
    return ops.reshape(outputs, batch.batch() * batch.length(), trained.model().config().outputs());
  }
}
