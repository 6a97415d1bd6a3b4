package org.polyak.cpu;

/**
 * The inner loops of the attention recurrence with momentum, token by token with both states in
 * registers. Blocks and states are as for {@link ScanLoops}.
 */
interface MomentumScanLoops {
  /**
   * For every token t in order: {@code P += x_t y_tᵀ}; {@code R += c_t P}; {@code out_t = Rᵀ z_t}.
   * P decays before the first token, between two runs of tokens, and after the last token.
   *
   * @param block the tokens
   * @param run tokens of a run
   * @param c one coefficient per token, from index 0
   * @param before decay of P before the first token
   * @param between factor on P between runs
   * @param after decay of P after the last token
   * @param p the state P, updated
   * @param r the state R, updated
   */
  void run(
      CausalScan.Block block,
      int run,
      float[] c,
      Decay before,
      float between,
      Decay after,
      float[] p,
      float[] r);
}
