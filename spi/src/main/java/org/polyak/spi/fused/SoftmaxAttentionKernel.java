package org.polyak.spi.fused;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;

/**
 * Softmax attention (Momentum Transformer, eq. 2): {@code out_i = Σ_j softmax_j(scale · q_i·k_j)
 * v_j} over the keys that row i may see. A row that sees no key is 0. Working memory is at most
 * linear in the sequence length.
 */
public interface SoftmaxAttentionKernel {
  /**
   * Computes the attention output.
   *
   * @param inputs queries, keys, values; N = S when causal
   * @param causal whether row i sees keys j ≤ i only
   * @param scale usually 1/√K
   * @param out {@code [B, N, H, V]}, contiguous
   * @param logSumExp {@code [B, N, H]}: receives the logarithm of each row's softmax denominator;
   *     null when no backward pass will follow
   */
  void forward(
      AttentionInputs inputs, boolean causal, double scale, Tensor out, @Nullable Tensor logSumExp);

  /**
   * Computes the gradients for queries, keys and values.
   *
   * @param inputs as in the forward pass
   * @param causal as in the forward pass
   * @param scale as in the forward pass
   * @param out what the forward pass computed
   * @param logSumExp what the forward pass computed
   * @param outGradient gradient for {@code out}, contiguous
   * @param gradients where to write; its {@code initial} is null
   */
  void backward(
      AttentionInputs inputs,
      boolean causal,
      double scale,
      Tensor out,
      Tensor logSumExp,
      Tensor outGradient,
      AttentionGradients gradients);
}
