package org.polyak.nn.ops;

import java.util.IdentityHashMap;
import java.util.List;
import org.polyak.nn.autograd.Step;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.Tensor;

/**
 * Where rules write gradients. That of a part goes to its place in the gradient of the whole, so
 * that nothing has to be copied when the parts' gradients are put together.
 */
final class GradientTargets {
  private final Ops ops;

  /** Of each part and each reshaped view the step that made it, until its place is given away. */
  private final IdentityHashMap<Variable, Step> origins = new IdentityHashMap<>();

  /** By the step: what is split twice has two gradients, which are added up. */
  private final IdentityHashMap<Step.Split, Tensor> wholes = new IdentityHashMap<>();

  GradientTargets(Ops ops, List<Step> steps) {
    this.ops = ops;
    for (Step step : steps) {
      if (step instanceof Step.Split || step instanceof Step.Reshape) {
        for (Variable result : step.results()) {
          origins.put(result, step);
        }
      }
    }
  }

  /**
   * Room for a gradient, shaped like its variable, with any strides; each call gives other room.
   */
  Tensor of(Variable variable) {
    return switch (origins.remove(variable)) {
      case Step.Split split -> place(split, variable);
      case Step.Reshape(Variable x, Variable out) -> {
        Tensor room = of(x);
        yield room.layout()
            .reshape(out.shape())
            .map(room::view)
            .orElseGet(() -> ops.allocate(out.shape()));
      }
      case null, default -> ops.allocate(variable.shape());
    };
  }

  /** The gradient of what was split. */
  Tensor whole(Step.Split split) {
    return wholes.computeIfAbsent(split, one -> ops.allocate(one.x().shape()));
  }

  /** The place of a part's gradient in it. */
  Tensor place(Step.Split split, Variable part) {
    int from = 0;
    for (Variable other : split.parts()) {
      int to = from + other.shape().dim(split.axis());
      if (other == part) {
        return whole(split).slice(split.axis(), from, to);
      }
      from = to;
    }
    throw new IllegalArgumentException("The step has no such part.");
  }
}
