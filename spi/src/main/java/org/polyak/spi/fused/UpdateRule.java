package org.polyak.spi.fused;

/** How a token changes the carried state S (K×V). One record per recurrence. */
public sealed interface UpdateRule {
  /**
   * Linear transformer, eq. 8: {@code S_t = S_{t-1} + φ(k_t) v_tᵀ}; {@code z_t = z_{t-1} + φ(k_t)}.
   */
  record Additive() implements UpdateRule {}

  /**
   * Heavy-ball momentum, Momentum Transformer eq. 12: {@code m_t = β m_{t-1} − φ(k_t) v_tᵀ}; {@code
   * S_t = S_{t-1} − γ m_t}; z as in the additive rule. Unrolled (eq. 13): key j weighs {@code γ (1
   * − β^{i−j+1}) / (1 − β)} in row i. Causal only; weights anchored at the end of the sequence (eq.
   * 14) are weights on the values of an additive rule.
   *
   * @param beta momentum β in [0, 1)
   * @param gamma step size γ &gt; 0
   */
  record Momentum(double beta, double gamma) implements UpdateRule {
    /** Checks the ranges. */
    public Momentum {
      if (!(beta >= 0 && beta < 1) || !(gamma > 0 && Double.isFinite(gamma))) {
        throw new IllegalArgumentException(
            "Momentum attention needs 0 ≤ β < 1 and a finite γ > 0, not β = %s and γ = %s."
                .formatted(beta, gamma));
      }
    }
  }
}
