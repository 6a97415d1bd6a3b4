package org.polyak.nn.ops;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
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

  /** Whose gradient somebody else may hold too; only the others may be added to in place. */
  private final Set<Variable> shared = Collections.newSetFromMap(new IdentityHashMap<>());

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

  Variable orZero(Variable variable) {
    Tensor gradient = sums.get(variable);
    return gradient == null ? ops.filled(0, variable.shape().dims()) : Variable.constant(gradient);
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

  private void add(Variable to, Tensor more, boolean exclusive) {
    Tensor before = sums.get(to);
    if (before == null) {
      sums.put(to, more);
      if (!exclusive) {
        shared.add(to);
      }
      return;
    }
    boolean mine = !shared.remove(to);
    Tensor total = mine ? before : more;
    if (mine || exclusive) {
      ops.kernels().binary(BinaryOp.ADD, total, mine ? more : before, total);
    } else {
      total = ops.add(Variable.constant(before), Variable.constant(more)).tensor();
    }
    sums.put(to, total);
  }
}
