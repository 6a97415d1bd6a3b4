package org.polyak.cpu;

/**
 * The inner loops of the attention recurrence with momentum, token by token with both states in
 * registers. Blocks and states are as for {@link ScanLoops}.
 */
interface MomentumScanLoops {
  /**
   * For every token t in order: {@code P += x_t y_tᵀ}; {@code R += c_t P}; {@code out_t += Rᵀ z_t}.
   * Between two runs of tokens both states are multiplied by a factor.
   *
   * @param block the tokens
   * @param run tokens of a run
   * @param c one coefficient per token, from index 0
   * @param pFactor factor on P between runs
   * @param rFactor factor on R between runs
   * @param p the state P, updated
   * @param r the state R, updated
   */
  void run(
      CausalScan.Block block,
      int run,
      float[] c,
      float pFactor,
      float rFactor,
      float[] p,
      float[] r);
}
