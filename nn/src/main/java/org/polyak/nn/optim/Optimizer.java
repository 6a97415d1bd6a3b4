package org.polyak.nn.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
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
import org.polyak.nn.ops.SquaredNorms;
import org.polyak.spi.DType;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.spi.fused.ParameterUpdate;

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
    List<Integer> trained =
        IntStream.range(0, parameters.size())
            .filter(i -> gradients.of(parameters.get(i).variable()) != null)
            .boxed()
            .toList();
    List<Tensor> found =
        trained.stream().map(i -> gradients.require(parameters.get(i).variable())).toList();
    if (found.isEmpty()) {
      return;
    }
    try (Scope scratch = scope.child("optimiser step " + steps)) {
      @Nullable Tensor scales = scales(Ops.inference(engine, scratch), found);
      List<ParameterUpdate> updates = new ArrayList<>();
      for (int i = 0; i < found.size(); i++) {
        int parameter = trained.get(i);
        updates.add(
            new ParameterUpdate(
                parameters.get(parameter).variable().tensor(),
                found.get(i),
                scales == null ? null : element(scales, i),
                states.get(parameter)));
      }
      OptimizerSteps.step(engine, scratch, rule, updates, learningRate, steps);
    }
  }

  /** {@code min(1, c / (norm + ε))} for each gradient, or one for all; null without clipping. */
  private @Nullable Tensor scales(Ops ops, List<Tensor> gradients) {
    return switch (clipping) {
      case GradientClipping.None none -> null;
      case GradientClipping.PerParameter(double maximum) ->
          scales(ops, SquaredNorms.of(ops, gradients), maximum);
      case GradientClipping.Global(double maximum) ->
          scales(ops, ops.sum(SquaredNorms.of(ops, gradients), 0), maximum);
    };
  }

  private static Tensor scales(Ops ops, Variable squaredNorms, double maximum) {
    Variable norms = ops.unary(UnaryOp.SQUARE_ROOT, squaredNorms);
    Variable inverse = ops.unary(UnaryOp.RECIPROCAL, ops.shift(norms, GradientClipping.EPSILON));
    return ops.minimum(ops.scale(inverse, maximum), ops.filled(1)).tensor();
  }

  /** The element of a vector, or the only one. */
  private static Tensor element(Tensor scales, int index) {
    int at = Math.min(index, scales.shape().dim(0) - 1);
    return scales.view(scales.layout().slice(0, at, at + 1));
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
}
