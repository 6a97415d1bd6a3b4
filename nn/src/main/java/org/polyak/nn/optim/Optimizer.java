package org.polyak.nn.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
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
import org.polyak.nn.ops.SquaredNorms;
import org.polyak.spi.DType;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
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

  /** Factors on the gradients, in the order of those that a step finds; null without clipping. */
  private final @Nullable Tensor allScales;

  /** The elements of {@link #allScales}. */
  private final List<Tensor> scales = new ArrayList<>();

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
    int scaleCount =
        switch (clipping) {
          case GradientClipping.None none -> 0;
          case GradientClipping.PerParameter each -> this.parameters.size();
          case GradientClipping.Global global -> 1;
        };
    allScales = scaleCount == 0 ? null : scope.allocate(DType.F32, Shape.of(scaleCount));
    for (int i = 0; i < scaleCount; i++) {
      scales.add(Objects.requireNonNull(allScales).slice(0, i, i + 1));
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
    try (Scope scratch = scope.child("optimiser step")) {
      Ops ops = Ops.inference(engine, scratch);
      List<Tensor> found = new ArrayList<>(parameters.size());
      List<ParameterUpdate> updates = new ArrayList<>(parameters.size());
      for (int i = 0; i < parameters.size(); i++) {
        Variable parameter = parameters.get(i).variable();
        Tensor gradient = gradients.of(parameter);
        if (gradient != null) {
          Tensor dense = ops.contiguous(gradient);
          Tensor scale =
              scales.isEmpty() ? null : scales.get(Math.min(found.size(), scales.size() - 1));
          updates.add(new ParameterUpdate(parameter.tensor(), dense, scale, states.get(i)));
          found.add(dense);
        }
      }
      if (!found.isEmpty()) {
        clip(ops, found);
        OptimizerSteps.step(engine, scratch, rule, updates, learningRate, steps);
      }
    }
  }

  /** Writes {@code min(1, c / (norm + ε))} for each gradient, or one for all. */
  private void clip(Ops ops, List<Tensor> gradients) {
    switch (clipping) {
      case GradientClipping.None none -> {
        // Nothing is scaled.
      }
      case GradientClipping.PerParameter(double maximum) ->
          clip(ops, SquaredNorms.of(ops, gradients), maximum);
      case GradientClipping.Global(double maximum) ->
          clip(ops, ops.sum(SquaredNorms.of(ops, gradients), 0), maximum);
    }
  }

  private void clip(Ops ops, Variable squaredNorms, double maximum) {
    Variable norms = ops.unary(UnaryOp.SQUARE_ROOT, squaredNorms);
    Variable scale = ops.divide(ops.filled(maximum), ops.shift(norms, GradientClipping.EPSILON));
    Variable found = ops.minimum(scale, ops.filled(1));
    Tensor all = Objects.requireNonNull(allScales);
    engine.kernels().copy(found.tensor(), all.slice(0, 0, found.shape().dim(0)));
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
