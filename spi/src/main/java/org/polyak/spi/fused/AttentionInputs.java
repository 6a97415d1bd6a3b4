package org.polyak.spi.fused;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;

/**
 * What attention reads. B batch, N queries, S keys (S = N when causal), H heads, K and V channels
 * per head. The last two axes of each are contiguous; batch and sequence strides are free.
 *
 * @param queries {@code [B, N, H, K]}, before the feature map
 * @param keys {@code [B, S, H, K]}, before the feature map
 * @param values {@code [B, S, H, V]}
 * @param keyLengths I32 {@code [B]}, each in [0, S]: keys at or beyond it are padding; null when
 *     none is
 */
public record AttentionInputs(
    Tensor queries, Tensor keys, Tensor values, @Nullable Tensor keyLengths) {
  /** B. */
  public int batch() {
    return queries.shape().dim(0);
  }

  /** N. */
  public int queryCount() {
    return queries.shape().dim(1);
  }

  /** S. */
  public int keyCount() {
    return keys.shape().dim(1);
  }

  /** H. */
  public int heads() {
    return queries.shape().dim(2);
  }

  /** K. */
  public int keyDim() {
    return queries.shape().dim(3);
  }

  /** V. */
  public int valueDim() {
    return values.shape().dim(3);
  }
}
