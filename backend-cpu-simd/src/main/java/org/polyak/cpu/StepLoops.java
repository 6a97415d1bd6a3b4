package org.polyak.cpu;

/**
 * The inner loops of one token of linear attention on states as tensors hold them, unpadded. States
 * are read and written once, in the order of memory where rows have at most two vectors.
 */
interface StepLoops {
  /**
   * {@code z += k}; returns {@code q·z}.
   *
   * @param keyDim K
   * @param q holds the mapped query, padded with zeros to whole vectors
   * @param k holds the mapped key, padded with zeros to whole vectors
   * @param row where both begin
   * @param from array of z before
   * @param fromOffset its first element
   * @param to array of z after, may be {@code from}
   * @param toOffset its first element
   */
  float keySum(
      int keyDim,
      float[] q,
      float[] k,
      int row,
      float[] from,
      int fromOffset,
      float[] to,
      int toOffset);

  /**
   * {@code S += γ k vᵀ}; {@code out = factor · Sᵀ q}.
   *
   * @param keyDim K
   * @param valueDim V
   * @param q holds the mapped query
   * @param k holds the mapped key
   * @param row where both begin
   * @param v array of the value
   * @param vOffset its first element
   * @param gamma γ
   * @param factor the reciprocal of the normaliser
   * @param from array of S before
   * @param fromOffset its first element
   * @param to array of S after, may be {@code from}
   * @param toOffset its first element
   * @param out receives the output
   * @param outOffset its first element
   */
  void single(
      int keyDim,
      int valueDim,
      float[] q,
      float[] k,
      int row,
      float[] v,
      int vOffset,
      float gamma,
      float factor,
      float[] from,
      int fromOffset,
      float[] to,
      int toOffset,
      float[] out,
      int outOffset);

  /**
   * {@code m = β m − k vᵀ}; {@code S −= γ m}; {@code out = factor · Sᵀ q}. Parameters as in {@link
   * #single}.
   *
   * @param beta β
   * @param momentumFrom array of m before
   * @param momentumFromOffset its first element
   * @param momentumTo array of m after, may be {@code momentumFrom}
   * @param momentumToOffset its first element
   */
  void twofold(
      int keyDim,
      int valueDim,
      float[] q,
      float[] k,
      int row,
      float[] v,
      int vOffset,
      double beta,
      float gamma,
      float factor,
      float[] from,
      int fromOffset,
      float[] to,
      int toOffset,
      float[] momentumFrom,
      int momentumFromOffset,
      float[] momentumTo,
      int momentumToOffset,
      float[] out,
      int outOffset);
}
