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

  /** Of each part the step that made it, until its place is given away. */
  private final IdentityHashMap<Variable, Step.Split> origins = new IdentityHashMap<>();

  /** By the step: what is split twice has two gradients, which are added up. */
  private final IdentityHashMap<Step.Split, Tensor> wholes = new IdentityHashMap<>();

  GradientTargets(Ops ops, List<Step> steps) {
    this.ops = ops;
    for (Step step : steps) {
      if (step instanceof Step.Split split) {
        for (Variable part : split.parts()) {
          origins.put(part, split);
        }
      }
    }
  }

  /**
   * Room for a gradient, shaped like its variable, with any strides; each call gives other room.
   */
  Tensor of(Variable variable) {
    Step.Split split = origins.remove(variable);
    return split == null ? ops.allocate(variable.shape()) : place(split, variable);
  }

  /** The gradient of what was split. */
  Tensor whole(Step.Split split) {
    Tensor whole = wholes.get(split);
    if (whole == null) {
      whole = ops.allocate(split.x().shape());
      wholes.put(split, whole);
    }
    return whole;
  }

  /** Whether a gradient of a part lies at {@link #place}. */
  boolean isInPlace(Step.Split split, Variable part, Tensor gradient) {
    return gradient.buffer().equals(whole(split).buffer())
        && gradient.layout().equals(part.tensor().layout());
  }

  /** The place of a part's gradient in that of the whole: where the part is in the whole. */
  Tensor place(Step.Split split, Variable part) {
    return whole(split).view(part.tensor().layout());
  }
}
