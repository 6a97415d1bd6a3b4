package org.polyak.cpu;

/**
 * The inner loops of the attention recurrence, token by token with the state in registers.
 *
 * <p>{@code x} and {@code z} hold {@code rows} floats per token at a distance of {@code rowStride},
 * {@code y} and {@code out} {@code columns} floats without gaps; states are dense {@code rows ×
 * columns}. {@code rows} is a multiple of {@link #ROW_MULTIPLE}, {@code columns} of {@link
 * #lanes()}: what is not wanted is zero.
 */
interface ScanLoops {
  /** What the number of rows must be a multiple of. */
  int ROW_MULTIPLE = 4;

  /** FloatSpan in one vector, what the number of columns must be a multiple of. */
  int lanes();

  /**
   * For every token t in order: {@code R += x_t y_tᵀ}; {@code out_t += Rᵀ z_t}.
   *
   * @param tokens number of tokens
   * @param rows length of x and z
   * @param rowStride distance between tokens in x and z
   * @param columns length of y and out
   * @param x one row per token
   * @param xOffset the first of them
   * @param y one row per token
   * @param yOffset the first of them
   * @param z one row per token
   * @param zOffset the first of them
   * @param r the state R, updated
   * @param out one row per token, added to
   * @param outOffset the first of them
   */
  void single(
      int tokens,
      int rows,
      int rowStride,
      int columns,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      float[] z,
      int zOffset,
      float[] r,
      float[] out,
      int outOffset);

  /**
   * For every token t in order: {@code P += x_t y_tᵀ}; {@code R += c_t P}; {@code out_t += Rᵀ z_t}.
   *
   * @param tokens number of tokens
   * @param rows length of x and z
   * @param rowStride distance between tokens in x and z
   * @param columns length of y and out
   * @param x one row per token
   * @param xOffset the first of them
   * @param y one row per token
   * @param yOffset the first of them
   * @param z one row per token
   * @param zOffset the first of them
   * @param c one coefficient per token, from index 0
   * @param p the state P, updated
   * @param r the state R, updated
   * @param out one row per token, added to
   * @param outOffset the first of them
   */
  void twofold(
      int tokens,
      int rows,
      int rowStride,
      int columns,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      float[] z,
      int zOffset,
      float[] c,
      float[] p,
      float[] r,
      float[] out,
      int outOffset);
}
