package org.polyak.spi.fused;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;

/**
 * Layer normalisation over the last axis: {@code out = gain ∘ (x − mean) / √(variance + ε) + bias},
 * with the biased variance.
 */
public interface LayerNormKernel {
  /**
   * Normalises rows.
   *
   * @param in {@code [R, E]}
   * @param gain {@code [E]}
   * @param bias {@code [E]}, or null for none
   * @param epsilon ε &gt; 0
   * @param out {@code [R, E]}
   * @param saved {@code [R, 2]}: receives mean and reciprocal standard deviation of each row; null
   *     when no backward pass will follow
   */
  void forward(
      Tensor in,
      Tensor gain,
      @Nullable Tensor bias,
      double epsilon,
      Tensor out,
      @Nullable Tensor saved);

  /**
   * Gradients, each overwritten.
   *
   * @param in as in the forward pass
   * @param gain as in the forward pass
   * @param saved what the forward pass saved
   * @param outGradient {@code [R, E]}
   * @param inGradient {@code [R, E]}
   * @param gainGradient {@code [E]}
   * @param biasGradient {@code [E]}, or null when there is no bias
   */
  void backward(
      Tensor in,
      Tensor gain,
      Tensor saved,
      Tensor outGradient,
      Tensor inGradient,
      Tensor gainGradient,
      @Nullable Tensor biasGradient);
}
