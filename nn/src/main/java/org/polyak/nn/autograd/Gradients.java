package org.polyak.nn.autograd;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;

/** The gradients of one scalar loss, by variable. Their memory belongs to the backward scope. */
public final class Gradients {
  private final IdentityHashMap<Variable, Tensor> tensors;

  /** From a map keyed by identity, which the caller gives away. */
  public Gradients(IdentityHashMap<Variable, Tensor> tensors) {
    this.tensors = tensors;
  }

  /** The gradient for a variable, shaped like it; null when the loss does not depend on it. */
  public @Nullable Tensor of(Variable variable) {
    return tensors.get(variable);
  }

  /**
   * The gradient for a variable on which the loss depends.
   *
   * @throws IllegalArgumentException when it does not
   */
  public Tensor require(Variable variable) {
    Tensor gradient = tensors.get(variable);
    if (gradient == null) {
      throw new IllegalArgumentException("The loss does not depend on " + variable + ".");
    }
    return gradient;
  }
}
