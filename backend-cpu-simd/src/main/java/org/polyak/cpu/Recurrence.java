package org.polyak.cpu;

import org.polyak.spi.fused.UpdateRule;

/** An update rule as the scans evaluate it, without the paper's sign: n = −m is all positive. */
sealed interface Recurrence {
  /**
   * {@code S_t = S_{t-1} + γ k_t v_tᵀ}: one state.
   *
   * @param gamma γ
   */
  record Single(double gamma) implements Recurrence {}

  /**
   * {@code n_t = β n_{t-1} + k_t v_tᵀ}; {@code S_t = S_{t-1} + γ n_t}: two states.
   *
   * @param beta β
   * @param gamma γ
   */
  record Twofold(double beta, double gamma) implements Recurrence {}

  /** The rule with all its states. */
  static Recurrence of(UpdateRule rule) {
    return switch (rule) {
      case UpdateRule.Additive() -> new Single(1);
      case UpdateRule.Momentum(double beta, double gamma) -> new Twofold(beta, gamma);
    };
  }

  /**
   * The rule for S alone: without decay n is the last outer product and S needs no second state, so
   * that β = 0, γ = 1 is the additive rule bit for bit.
   */
  static Recurrence ofMemory(UpdateRule rule) {
    return rule instanceof UpdateRule.Momentum(double beta, double gamma) && beta == 0
        ? new Single(gamma)
        : of(rule);
  }
}
