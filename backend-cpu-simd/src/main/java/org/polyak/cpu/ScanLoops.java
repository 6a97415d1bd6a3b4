package org.polyak.cpu;

/**
 * The inner loops of the plain attention recurrence, token by token with the state in registers.
 *
 * <p>A {@link CausalScan.Block} lies in {@linkplain RowLayout#panels panels} of at most {@link
 * #MOST_TOKENS} rows. The number of rows of a state must be a multiple of {@link #ROW_MULTIPLE},
 * the number of columns of {@link #lanes()}: what is not wanted is zero. States are dense {@code
 * rows × columns}.
 */
interface ScanLoops {
  /** What the number of rows must be a multiple of. */
  int ROW_MULTIPLE = 4;

  /** Most tokens in one block. */
  int MOST_TOKENS = 64;

  /** Floats in one vector, what the number of columns must be a multiple of. */
  int lanes();

  /**
   * For every token t in order: {@code R += x_t y_tᵀ}; {@code out_t = Rᵀ z_t}.
   *
   * @param block the tokens
   * @param r the state R, updated
   */
  void run(CausalScan.Block block, float[] r);
}
