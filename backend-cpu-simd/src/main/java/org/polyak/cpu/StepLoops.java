package org.polyak.cpu;

import org.jspecify.annotations.Nullable;

/** The inner loops of one token of linear attention on states as tensors hold them, unpadded. */
interface StepLoops {
  /**
   * {@code S += γ k vᵀ}; {@code out = factor · Sᵀ q}.
   *
   * @param keyDim K
   * @param valueDim V
   * @param q mapped query
   * @param k mapped key
   * @param v array of the value
   * @param vOffset its first element
   * @param gamma γ
   * @param factor the reciprocal of the normaliser
   * @param from array of S before; null for zeros
   * @param fromOffset its first element
   * @param to array of S after, may be {@code from}; null when not wanted
   * @param toOffset its first element
   * @param out receives the output
   * @param outOffset its first element
   */
  void single(
      int keyDim,
      int valueDim,
      float[] q,
      float[] k,
      float[] v,
      int vOffset,
      float gamma,
      float factor,
      float @Nullable [] from,
      int fromOffset,
      float @Nullable [] to,
      int toOffset,
      float[] out,
      int outOffset);

  /**
   * {@code m = β m − k vᵀ}; {@code S −= γ m}; {@code out = factor · Sᵀ q}. Parameters as in {@link
   * #single}.
   *
   * @param beta β
   * @param momentumFrom array of m before; null for zeros
   * @param momentumFromOffset its first element
   * @param momentumTo array of m after, may be {@code momentumFrom}; null when not wanted
   * @param momentumToOffset its first element
   */
  void twofold(
      int keyDim,
      int valueDim,
      float[] q,
      float[] k,
      float[] v,
      int vOffset,
      double beta,
      float gamma,
      float factor,
      float @Nullable [] from,
      int fromOffset,
      float @Nullable [] to,
      int toOffset,
      float @Nullable [] momentumFrom,
      int momentumFromOffset,
      float @Nullable [] momentumTo,
      int momentumToOffset,
      float[] out,
      int outOffset);
}
