package org.polyak.nn.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.checkpoint.CheckpointException;
import org.polyak.nn.checkpoint.OptimizerState;
import org.polyak.nn.checkpoint.StoredTensor;
import org.polyak.nn.layers.Parameter;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.ops.OptimizerSteps;
import org.polyak.spi.DType;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.OptimizerRule;

/**
 * Updates a model's parameters in place and carries the state that its rule needs. Everything,
 * clipping included, happens on the device: no step waits for it. Not thread-safe.
 */
public final class Optimizer {
  private final Engine engine;
  private final OptimizerRule rule;
  private final GradientClipping clipping;
  private final List<Parameter> parameters;
  private final List<List<Tensor>> states = new ArrayList<>();
  private final Scope scope;
  private long steps;

  /**
   * An optimiser before its first step.
   *
   * @param engine the backend
   * @param rule the update rule, see {@link OptimizerRules}
   * @param clipping what is done to large gradients
   * @param parameters what is trained
   * @param scope owner of the state; keep it open as long as the optimiser is used
   */
  public Optimizer(
      Engine engine,
      OptimizerRule rule,
      GradientClipping clipping,
      List<Parameter> parameters,
      Scope scope) {
    this.engine = engine;
    this.rule = rule;
    this.clipping = clipping;
    this.parameters = List.copyOf(parameters);
    this.scope = scope;
    for (Parameter parameter : this.parameters) {
      List<Tensor> state = new ArrayList<>();
      for (int i = 0; i < rule.stateCount(); i++) {
        Tensor tensor = scope.allocate(DType.F32, parameter.variable().shape());
        engine.kernels().fill(tensor, 0);
        state.add(tensor);
      }
      states.add(state);
    }
  }

  /** Number of updates done. */
  public long steps() {
    return steps;
  }

  /**
   * One update of every parameter on which the loss depends.
   *
   * @param gradients of the loss
   * @param learningRate η
   */
  public void step(Gradients gradients, double learningRate) {
    steps++;
    try (Scope scratch = scope.child("optimiser step " + steps)) {
      Ops ops = Ops.inference(engine, scratch);
      Tensor common =
          clipping instanceof GradientClipping.Global(double maximum)
              ? scaleOf(ops, globalSquaredNorm(ops, gradients), maximum)
              : null;
      for (int i = 0; i < parameters.size(); i++) {
        Variable variable = parameters.get(i).variable();
        Tensor gradient = gradients.of(variable);
        if (gradient != null) {
          Tensor gradientScale =
              clipping instanceof GradientClipping.PerParameter(double maximum)
                  ? scaleOf(ops, squaredNorm(ops, gradient), maximum)
                  : common;
          OptimizerSteps.step(
              engine,
              scratch,
              rule,
              variable.tensor(),
              gradient,
              gradientScale,
              states.get(i),
              learningRate,
              steps);
        }
      }
    }
  }

  /** A copy of the state on the host, for a checkpoint. */
  public OptimizerState state() {
    SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < parameters.size(); i++) {
      for (int j = 0; j < rule.stateCount(); j++) {
        tensors.put(stateName(i, j), StoredTensor.download(engine.backend(), states.get(i).get(j)));
      }
    }
    return new OptimizerState(rule.toString(), steps, tensors);
  }

  /**
   * Goes on where a checkpoint ended.
   *
   * @param name what messages call the checkpoint, usually its path
   * @throws CheckpointException when the state belongs to another rule or other parameters
   */
  public void restore(String name, OptimizerState state) {
    if (!state.rule().equals(rule.toString())) {
      throw new CheckpointException(
          "'%s' was trained with another optimiser: %s there and %s here. Resume with the settings that it was trained with."
              .formatted(name, state.rule(), rule));
    }
    for (int i = 0; i < parameters.size(); i++) {
      for (int j = 0; j < rule.stateCount(); j++) {
        StoredTensor stored = state.tensors().get(stateName(i, j));
        Tensor target = states.get(i).get(j);
        if (stored == null || !stored.shape().equals(target.shape())) {
          throw new CheckpointException(
              "'%s' has no optimiser state of shape %s for parameter '%s'. Use the model that it was trained with."
                  .formatted(name, target.shape(), parameters.get(i).name()));
        }
        stored.upload(engine.backend(), target);
      }
    }
    steps = state.step();
  }

  private String stateName(int parameter, int index) {
    return parameters.get(parameter).name() + "." + index;
  }

  /** {@code min(1, c / (norm + ε))}, [1]. */
  private static @Nullable Tensor scaleOf(Ops ops, @Nullable Variable squaredNorm, double maximum) {
    if (squaredNorm == null) {
      return null;
    }
    Variable norm = ops.unary(UnaryOp.SQUARE_ROOT, squaredNorm);
    Variable inverse = ops.unary(UnaryOp.RECIPROCAL, ops.shift(norm, GradientClipping.EPSILON));
    Variable limited = ops.minimum(ops.scale(inverse, maximum), ops.filled(1));
    return ops.reshape(limited, 1).tensor();
  }

  private static Variable squaredNorm(Ops ops, Tensor gradient) {
    return ops.sumAll(ops.unary(UnaryOp.SQUARE, Variable.constant(gradient)));
  }

  private @Nullable Variable globalSquaredNorm(Ops ops, Gradients gradients) {
    Variable sum = null;
    for (Parameter parameter : parameters) {
      Tensor gradient = gradients.of(parameter.variable());
      if (gradient != null) {
        Variable part = squaredNorm(ops, gradient);
        sum = sum == null ? part : ops.add(sum, part);
      }
    }
    return sum;
  }
}
