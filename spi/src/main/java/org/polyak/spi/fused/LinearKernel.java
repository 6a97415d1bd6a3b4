package org.polyak.spi.fused;

import org.polyak.spi.Tensor;

/**
 * A linear layer and the dropout behind it, {@code out = d(f(in·weightᵀ + bias))}, for one
 * activation f whose derivative follows from its result: the sums before it are not kept.
 */
public interface LinearKernel {
  /**
   * The product, the bias, the activation and dropout. A reduced precision rounds the factors of
   * the product, not the bias.
   *
   * @param in {@code [R, I]}
   * @param weight {@code [O, I]}
   * @param bias {@code [O]}
   * @param dropout d, by the row-major index of {@code out}
   * @param out {@code [R, O]}, contiguous, fewer than 2³¹ elements
   */
  void forward(Tensor in, Tensor weight, Tensor bias, DropoutMask dropout, Tensor out);

  /**
   * Gradients of what the product gave and of the bias, each overwritten. Those of {@code in} and
   * {@code weight} are products with the first, which the caller computes.
   *
   * @param out result of the forward pass
   * @param dropout as in the forward pass
   * @param outGradient {@code [R, O]}
   * @param productGradient {@code [R, O]}: {@code d(outGradient · f′)}; for the identity without
   *     dropout {@code outGradient} itself, which stays as it is
   * @param biasGradient {@code [O]}: the sum of {@code productGradient} over rows
   */
  void backward(
      Tensor out,
      DropoutMask dropout,
      Tensor outGradient,
      Tensor productGradient,
      Tensor biasGradient);
}
