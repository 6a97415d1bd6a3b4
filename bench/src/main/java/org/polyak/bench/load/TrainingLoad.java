package org.polyak.bench.load;

import java.util.List;
import java.util.SequencedMap;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.checkpoint.StoredTensor;
import org.polyak.nn.models.SequenceModel;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.optim.GradientClipping;
import org.polyak.nn.optim.Optimizer;
import org.polyak.nn.optim.OptimizerRules;
import org.polyak.nn.random.Generator;
import org.polyak.spi.Scope;

/**
 * One step of training as in the paper's copy task: forward with dropout, the mean cross-entropy of
 * all positions, backward, clipping of each parameter's gradient to norm 1, rectified Adam as
 * {@link OptimizerRules#radamOfThePaper} has it. The integers {@code tokens} and {@code targets}
 * are [B, N].
 *
 * <p>The outputs are the losses of all positions without dropout, [B, N]: with the initial
 * parameters, and after {@value #CHECKED_STEPS} steps without dropout.
 *
 * @param variant the attention
 * @param shape model and batch
 */
public record TrainingLoad(Variant variant, BatchShape shape) implements Load {
  /** Learning rate. */
  public static final double LEARNING_RATE = 1e-3;

  /** Weight decay. */
  public static final double WEIGHT_DECAY = 0.01;

  /** Enough for rectification, which begins with the sixth step. */
  public static final int CHECKED_STEPS = 8;

  @Override
  public Work prepare(Engine engine, Scope scope) {
    Run run = new Run(engine, scope);
    return Work.of(
        run::step,
        () -> {
          float[] before = run.losses();
          for (int i = 0; i < CHECKED_STEPS; i++) {
            run.stepWithoutDropout();
          }
          return List.of(before, run.losses());
        });
  }

  @Override
  public SequencedMap<String, StoredTensor> parameters(Engine engine, Scope scope) {
    return model(engine, scope).save();
  }

  @Override
  public Amount amount() {
    return Amount.ofItems((double) shape.batch() * shape.length(), "tokens");
  }

  @Override
  public List<String> gate() {
    return List.of(variant.gate(), "FUSED", "VERB-MATMUL", "LAYER-BLOCK");
  }

  /** Losses hardly change in a few steps, and must show a wrong one all the same. */
  @Override
  public double tolerance() {
    return Rounding.ofSums(shape.length());
  }

  /** A step of seconds would be measured before the compilers are through with its loops. */
  @Override
  public int warmUpRuns() {
    return 30;
  }

  private SequenceModel model(Engine engine, Scope scope) {
    return shape.model().create(variant, shape.length(), engine, scope);
  }

  /** A model in training. */
  private final class Run {
    private final Engine engine;
    private final Scope scope;
    private final SequenceModel model;
    private final Optimizer optimizer;
    private final Generator dropout = Generator.ofSeed(1).split("dropout");
    private final int count = shape.batch() * shape.length();
    private final int[] tokens;
    private final int[] targets;

    Run(Engine engine, Scope scope) {
      this.engine = engine;
      this.scope = scope;
      model = model(engine, scope);
      optimizer =
          new Optimizer(
              engine,
              OptimizerRules.radamOfThePaper(WEIGHT_DECAY),
              new GradientClipping.PerParameter(1),
              model.parameters(),
              scope);
      Numbers numbers = new Numbers();
      tokens = numbers.integers("tokens", count, shape.model().vocabulary());
      targets = numbers.integers("targets", count, shape.model().outputs());
    }

    void step() {
      try (Scope step = scope.child("step")) {
        step(Ops.training(engine, step, new Tape(), dropout));
      }
    }

    void stepWithoutDropout() {
      try (Scope step = scope.child("step")) {
        step(Ops.recording(engine, step, new Tape()));
      }
    }

    float[] losses() {
      try (Scope evaluation = scope.child("evaluation")) {
        Ops ops = Ops.inference(engine, evaluation);
        return ops.toFloats(losses(ops));
      }
    }

    private void step(Ops ops) {
      optimizer.step(ops.backward(ops.meanAll(losses(ops))), LEARNING_RATE);
    }

    private Variable losses(Ops ops) {
      Variable outputs = model.forward(ops, tokens, shape.batch(), null);
      Variable logits = ops.reshape(outputs, count, shape.model().outputs());
      return ops.crossEntropy(logits, ops.indices(targets, count), 0);
    }
  }
}
