package org.polyak.conformance.oracle;

import org.jspecify.annotations.Nullable;

/** y = x Wᵀ + b with W {@code [out, in]}, over the last axis of x. */
public final class Linear {
  private Linear() {}

  /**
   * Gradients.
   *
   * @param x for the input
   * @param weight for W
   * @param bias for b
   */
  public record Gradients(Array x, Array weight, Array bias) {}

  /** y {@code [..., out]}. */
  public static Array forward(Array x, Array weight, @Nullable Array bias) {
    int[] shape = x.shape();
    shape[shape.length - 1] = weight.extent(0);
    Array y = LinearAlgebra.matmul(rows(x), LinearAlgebra.transpose(weight));
    if (bias != null) {
      for (int i = 0; i < y.size(); i++) {
        y.data()[i] += bias.data()[i % bias.size()];
      }
    }
    return y.reshape(shape);
  }

  /** The magnitude of {@link #forward}. */
  public static Array forwardMagnitude(Array x, Array weight, @Nullable Array bias) {
    return forward(x.abs(), weight.abs(), bias == null ? null : bias.abs());
  }

  /** Gradients of {@code Σ outGradient · y}: dx = dy W; dW = dyᵀ x; db = Σ dy over rows. */
  public static Gradients backward(Array x, Array weight, Array outGradient) {
    Array dy = rows(outGradient);
    return new Gradients(
        LinearAlgebra.matmul(dy, weight).reshape(x.shape()),
        LinearAlgebra.matmul(LinearAlgebra.transpose(dy), rows(x)),
        LinearAlgebra.sum(dy, 0).reshape(weight.extent(0)));
  }

  private static Array rows(Array x) {
    return x.reshape(x.size() / x.extent(-1), x.extent(-1));
  }
}
