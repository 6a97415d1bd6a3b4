package org.polyak.spi.fused;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * Attention of one specification, forward and backward. Generation is the same call with N = 1 and
 * a carried state.
 */
public interface AttentionKernel {
  /**
   * Shape of the F32 tensor in which {@link #forward} leaves what {@link #backward} wants to see
   * again; of size 0 when nothing.
   */
  Shape savedShape(AttentionInputs inputs);

  /**
   * Computes the attention output.
   *
   * @param inputs queries, keys, values
   * @param initial the state before the first token, or null for zeros; causal rules only
   * @param out {@code [B, N, H, V]}, contiguous
   * @param last receives the state after the last token; may be {@code initial} itself, which is
   *     then updated in place; null when not wanted
   * @param saved of {@link #savedShape}; null when no backward pass will follow
   */
  void forward(
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      @Nullable AttentionState last,
      @Nullable Tensor saved);

  /**
   * Computes the gradients of a scalar loss.
   *
   * @param inputs as in the forward pass
   * @param initial as in the forward pass, with its values from before it
   * @param out what the forward pass computed
   * @param saved what the forward pass saved
   * @param outGradient gradient for {@code out}, contiguous
   * @param lastGradient gradient for the last state; null when it does not enter the loss
   * @param gradients where to write
   */
  void backward(
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      Tensor saved,
      Tensor outGradient,
      @Nullable AttentionState lastGradient,
      AttentionGradients gradients);
}
