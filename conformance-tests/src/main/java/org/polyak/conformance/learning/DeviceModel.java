package org.polyak.conformance.learning;

import java.util.LinkedHashMap;
import java.util.Map;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.Parameter;
import org.polyak.nn.models.ModelConfig;
import org.polyak.nn.models.SequenceModel;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.optim.GradientClipping;
import org.polyak.nn.optim.Optimizer;
import org.polyak.nn.random.Generator;
import org.polyak.spi.Scope;
import org.polyak.spi.fused.OptimizerRule;

/** A model and its optimiser on the device. */
final class DeviceModel {
  private final CaseContext c;
  private final SequenceModel model;
  private final Optimizer optimizer;

  DeviceModel(
      CaseContext c, ModelConfig config, OptimizerRule rule, GradientClipping clipping, long seed) {
    this.c = c;
    model = new SequenceModel(config, c.engine(), c.scope(), Generator.ofSeed(seed));
    optimizer = new Optimizer(c.engine(), rule, clipping, model.parameters(), c.scope());
  }

  /** What the parameters are now. */
  Map<String, Array> parameters() {
    Ops ops = Ops.inference(c.engine(), c.scope());
    Map<String, Array> values = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      Variable variable = parameter.variable();
      values.put(parameter.name(), Samples.array(ops.toFloats(variable), variable.shape().dims()));
    }
    return values;
  }

  /** One step; returns the loss before it. */
  double step(Batch batch, double learningRate) {
    try (Scope scope = c.scope().child("training step")) {
      Ops ops = Ops.recording(c.engine(), scope, new Tape());
      Variable losses =
          ops.crossEntropy(
              logits(ops, batch), ops.indices(batch.targets(), batch.targets().length), 0);
      Variable loss = ops.scale(ops.sumAll(losses), 1.0 / batch.counted());
      optimizer.step(ops.backward(loss), learningRate);
      return ops.toScalar(loss);
    }
  }

  /** The share of targets that get the largest logit. */
  double accuracy(Batch batch) {
    try (Scope scope = c.scope().child("evaluation")) {
      Ops ops = Ops.inference(c.engine(), scope);
      float[] logits = ops.toFloats(logits(ops, batch));
      int[] targets = batch.targets();
      int classes = logits.length / targets.length;
      int right = 0;
      for (int row = 0; row < targets.length; row++) {
        if (targets[row] >= 0) {
          int best = 0;
          for (int k = 1; k < classes; k++) {
            best = logits[row * classes + k] > logits[row * classes + best] ? k : best;
          }
          right += best == targets[row] ? 1 : 0;
        }
      }
      return (double) right / batch.counted();
    }
  }

  private Variable logits(Ops ops, Batch batch) {
    Variable out = model.forward(ops, batch.tokens(), batch.size(), null);
    return ops.reshape(out, batch.size() * batch.length(), model.config().outputs());
  }
}
