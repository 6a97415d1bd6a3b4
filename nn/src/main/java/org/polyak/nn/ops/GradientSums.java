package org.polyak.nn.ops;

import java.util.IdentityHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.Tensor;

/** The gradients of a backward pass so far. Those of a variable that is used often are added up. */
final class GradientSums {
  private final Ops ops;
  private final IdentityHashMap<Variable, Tensor> sums;

  GradientSums(Ops ops, int steps) {
    this.ops = ops;
    this.sums = new IdentityHashMap<>(2 * steps);
  }

  /** The gradient for the loss itself. */
  void start(Variable loss) {
    sums.put(loss, ops.filled(1, loss.shape().dims()).tensor());
  }

  /** What there is, given away. */
  Gradients all() {
    return new Gradients(sums);
  }

  boolean has(@Nullable Variable variable) {
    return sums.containsKey(variable);
  }

  @Nullable Tensor of(Variable variable) {
    return sums.get(variable);
  }

  Tensor orZero(Variable variable) {
    Tensor gradient = sums.get(variable);
    return gradient == null ? ops.filled(0, variable.shape().dims()).tensor() : gradient;
  }

  /** Adds a fresh gradient, computed only when it is wanted. */
  void give(Variable to, Supplier<Variable> gradient) {
    if (to.requiresGradient()) {
      add(to, gradient.get().tensor(), true);
    }
  }

  /** Adds a fresh gradient. */
  void give(Variable to, Tensor gradient) {
    if (to.requiresGradient()) {
      add(to, gradient, true);
    }
  }

  /** Adds a gradient that somebody else may hold too. */
  void share(Variable to, Variable gradient) {
    share(to, gradient.tensor());
  }

  /** Adds a gradient that somebody else may hold too. */
  void share(Variable to, Tensor gradient) {
    if (to.requiresGradient()) {
      add(to, gradient, false);
    }
  }

  /** A fresh gradient takes in what there was, which somebody else may hold too. */
  private void add(Variable to, Tensor more, boolean fresh) {
    Tensor before = sums.get(to);
    Tensor total = more;
    if (before != null) {
      total = fresh ? more : ops.allocate(to.shape());
      ops.kernels().binary(BinaryOp.ADD, before, more, total);
    }
    sums.put(to, total);
  }
}
