package org.polyak.bench.load;

import java.util.List;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.models.SequenceModel;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.optim.GradientClipping;
import org.polyak.nn.optim.Optimizer;
import org.polyak.nn.optim.OptimizerRules;
import org.polyak.nn.random.Generator;
import org.polyak.spi.Scope;

/**
 * One step of training as in the paper's copy task: forward with dropout, cross-entropy of every
 * position, backward, clipping of each gradient, rectified Adam.
 *
 * @param variant the attention
 * @param shape model and batch
 */
record TrainingLoad(Variant variant, BatchShape shape) implements Load {
  private static final double LEARNING_RATE = 1e-3;
  private static final double WEIGHT_DECAY = 0.01;

  @Override
  public Work prepare(Engine engine, Scope scope) {
    Generator generator = Generator.ofSeed(1);
    Generator dropout = generator.split("dropout");
    ModelShape shapes = shape.model();
    SequenceModel model =
        new SequenceModel(
            shapes.config(variant, shape.length()), engine, scope, generator.split("parameters"));
    Optimizer optimizer =
        new Optimizer(
            engine,
            OptimizerRules.radamOfThePaper(WEIGHT_DECAY),
            new GradientClipping.PerParameter(1),
            model.parameters(),
            scope);
    Numbers numbers = new Numbers(engine, scope);
    int count = shape.batch() * shape.length();
    int[] tokens = numbers.integers("tokens", count, shapes.vocabulary());
    int[] targets = numbers.integers("targets", count, shapes.outputs());
    return () -> {
      try (Scope run = scope.child("step")) {
        Ops ops = Ops.training(engine, run, new Tape(), dropout);
        Variable outputs = model.forward(ops, tokens, shape.batch(), null);
        Variable logits = ops.reshape(outputs, count, shapes.outputs());
        Variable losses = ops.crossEntropy(logits, ops.indices(targets, count), 0);
        optimizer.step(ops.backward(ops.meanAll(losses)), LEARNING_RATE);
      }
    };
  }

  @Override
  public Amount amount() {
    return Amount.ofItems((double) shape.batch() * shape.length(), "tokens");
  }

  @Override
  public List<String> gate() {
    return List.of(variant.gate(), "FUSED", "VERB-MATMUL", "LAYER-BLOCK");
  }
}
