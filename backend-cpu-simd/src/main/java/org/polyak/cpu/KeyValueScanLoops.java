package org.polyak.cpu;

/**
 * The inner loops of the gradients of values and keys with momentum, read from one and the same
 * pair of states, token by token. Blocks and states are as for {@link ScanLoops}.
 */
interface KeyValueScanLoops {
  /** Floats of scratch memory that {@link #run} wants for partial sums. */
  int partialFloats(CausalScan.Block block);

  /**
   * For every token t in order: {@code P += x_t y_tᵀ}; {@code R += c_t P}; {@code out_t = Rᵀ z_t};
   * {@code keyGradient_t = R v_t}. R decays between two runs of tokens and after the last token.
   *
   * @param block the tokens
   * @param v laid out as y
   * @param keyGradient receives rows laid out as x
   * @param partial scratch memory
   * @param run tokens of a run
   * @param c one coefficient per token, from index 0
   * @param between factor on R between runs
   * @param after decay of R after the last token
   * @param p the state P, updated
   * @param r the state R, updated
   */
  void run(
      CausalScan.Block block,
      float[] v,
      float[] keyGradient,
      float[] partial,
      int run,
      float[] c,
      float between,
      Decay after,
      float[] p,
      float[] r);
}
