package org.polyak.spi.fused;

/** What the read-out φ(q_i)ᵀ s_i is divided by. */
public sealed interface Normaliser {
  /** Nothing. */
  record None() implements Normaliser {}

  /**
   * The sum of attended keys, φ(q_i)ᵀ z_i + ε (Momentum Transformer, eq. 7 and 8). It carries no
   * momentum.
   *
   * @param epsilon ε ≥ 0; the released code uses 10⁻⁶
   */
  record KeySum(double epsilon) implements Normaliser {}

  /**
   * √N with N the number of keys, padding included: the form used for the Long Range Arena, which
   * scales φ(q) and φ(k) by N^(−1/4) each.
   */
  record SquareRootLength() implements Normaliser {}
}
