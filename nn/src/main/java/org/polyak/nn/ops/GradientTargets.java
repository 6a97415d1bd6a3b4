package org.polyak.nn.ops;

import java.util.IdentityHashMap;
import java.util.List;
import org.polyak.nn.autograd.Step;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.Layout;
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
      if (step instanceof Step.Split split) {
        for (Variable part : split.parts()) {
          origins.put(part, step);
        }
      } else if (step instanceof Step.Reshape) {
        origins.put(step.out(), step);
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

  /** Whether a gradient of a part lies at {@link #place}. */
  boolean isInPlace(Step.Split split, Variable part, Tensor gradient) {
    Tensor whole = wholes.get(split);
    if (whole == null || !gradient.buffer().equals(whole.buffer())) {
      return false;
    }
    Layout layout = gradient.layout();
    long first = from(split, part) * whole.layout().stride(split.axis());
    boolean same = layout.offset() == whole.layout().offset() + first;
    for (int axis = 0; axis < layout.shape().rank(); axis++) {
      same &= layout.stride(axis) == whole.layout().stride(axis);
    }
    return same;
  }

  /** The place of a part's gradient in that of the whole. */
  Tensor place(Step.Split split, Variable part) {
    return whole(split).part(split.axis(), from(split, part), part.shape());
  }

  private static int from(Step.Split split, Variable part) {
    int from = 0;
    for (Variable other : split.parts()) {
      if (other == part) {
        return from;
      }
      from += other.shape().dim(split.axis());
    }
    throw new IllegalArgumentException("The step has no such part.");
  }
}
