package org.polyak.tasks.train;

import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.tasks.data.TokenBatch;

/** Softmax cross-entropy of the scored positions. */
final class CategoricalLoss {
  /** The target that makes a row's loss 0. */
  private static final int NOT_SCORED = -1;

  private CategoricalLoss() {}

  static Variable of(Ops ops, Variable outputs, TokenBatch batch) {
    int[] targets = batch.targets().clone();
    for (int i = 0; i < targets.length; i++) {
      if (batch.mask()[i] == 0) {
        targets[i] = NOT_SCORED;
      }
    }
    return ops.crossEntropy(outputs, ops.indices(targets, targets.length), 0);
  }
}
