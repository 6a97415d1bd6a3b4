package org.polyak.spi.fused;

import org.polyak.spi.Tensor;

/**
 * A linear layer, {@code out = f(in·weightᵀ + bias)}, for one activation f whose derivative follows
 * from its result: the sums before it are not kept.
 */
public interface LinearKernel {
  /**
   * The product, the bias and the activation. A reduced precision rounds the factors of the
   * product, not the bias.
   *
   * @param in {@code [R, I]}
   * @param weight {@code [O, I]}
   * @param bias {@code [O]}
   * @param out {@code [R, O]}
   */
  void forward(Tensor in, Tensor weight, Tensor bias, Tensor out);

  /**
   * Gradients of what the product gave and of the bias, each overwritten. Those of {@code in} and
   * {@code weight} are products with the first, which the caller computes.
   *
   * @param out result of the forward pass
   * @param outGradient {@code [R, O]}
   * @param productGradient {@code [R, O]}: {@code outGradient · f′}; for the identity {@code
   *     outGradient} itself, which stays as it is
   * @param biasGradient {@code [O]}: the sum of {@code productGradient} over rows
   */
  void backward(Tensor out, Tensor outGradient, Tensor productGradient, Tensor biasGradient);
}
