package org.polyak.nn.autograd;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.DType;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * A node of a computation: a tensor, and whether gradients flow to it. Two variables are equal only
 * when they are the same object. A variable does not own its tensor: the tensor's scope does.
 */
public final class Variable {
  private final Tensor tensor;
  private final boolean requiresGradient;

  /** Made when first asked for. */
  private @Nullable Tensor rows;

  private Variable(Tensor tensor, boolean requiresGradient) {
    this.tensor = tensor;
    this.requiresGradient = requiresGradient;
  }

  /** A node to which no gradient flows. */
  public static Variable constant(Tensor tensor) {
    return new Variable(tensor, false);
  }

  /** A node to which gradients flow, such as a trained parameter. */
  public static Variable parameter(Tensor tensor) {
    return new Variable(tensor, true);
  }

  /** The result of a step: gradients flow to it when they flow to any of its inputs. */
  public static Variable of(Tensor tensor, boolean requiresGradient) {
    return new Variable(tensor, requiresGradient);
  }

  /** The value. */
  public Tensor tensor() {
    return tensor;
  }

  /** The value as {@link Tensor#rows}. */
  public Tensor rows() {
    Tensor made = rows;
    if (made == null) {
      made = tensor.rows();
      rows = made;
    }
    return made;
  }

  /** Whether gradients flow to this node. */
  public boolean requiresGradient() {
    return requiresGradient;
  }

  /** The extents of the value. */
  public Shape shape() {
    return tensor.shape();
  }

  /** The element type of the value. */
  public DType dtype() {
    return tensor.dtype();
  }

  @Override
  public String toString() {
    return (requiresGradient ? "parameter " : "constant ") + tensor.dtype() + tensor.shape();
  }
}
