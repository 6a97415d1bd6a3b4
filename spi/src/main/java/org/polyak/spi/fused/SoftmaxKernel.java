package org.polyak.spi.fused;

import org.polyak.spi.Tensor;

/**
 * Softmax over the last axis: {@code y_i = exp(x_i) / Σ_j exp(x_j)}, with the row's largest element
 * taken off first, so that no exponential overflows. An element of −∞ gets 0. A row that holds a
 * NaN or ∞, or −∞ alone, becomes NaN.
 */
public interface SoftmaxKernel {
  /**
   * Softmax of rows.
   *
   * @param in {@code [R, C]}
   * @param out {@code [R, C]}
   */
  void forward(Tensor in, Tensor out);

  /**
   * Gradient for the input, overwritten: {@code dx_i = y_i (dy_i − Σ_j y_j dy_j)}.
   *
   * @param out y, what the forward pass computed
   * @param outGradient dy {@code [R, C]}
   * @param inGradient dx {@code [R, C]}
   */
  void backward(Tensor out, Tensor outGradient, Tensor inGradient);
}
