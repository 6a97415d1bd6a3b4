package org.polyak.tasks.config;

/** The attention of every block. */
public sealed interface AttentionConfig {
  /** Causal softmax attention, eq. 1 to 4. */
  record Softmax() implements AttentionConfig {}

  /**
   * Linear attention with φ(x) = elu(x) + 1, eq. 8.
   *
   * @param epsilon added to the denominator
   */
  record Linear(double epsilon) implements AttentionConfig {}

  /** Linear attention divided by √N instead of the sum of the keys. */
  record LinearUnnormalised() implements AttentionConfig {}

  /**
   * Momentum attention, eq. 12 to 14.
   *
   * @param beta momentum β in [0, 1)
   * @param gamma step size γ &gt; 0
   * @param weighting how old keys weigh
   * @param length where a sequence ends for weights that are anchored there
   * @param epsilon added to the denominator
   */
  record Momentum(double beta, double gamma, Weighting weighting, Length length, double epsilon)
      implements AttentionConfig {}

  /** How key j weighs for query i in momentum attention. */
  enum Weighting {
    /** γ(1 − β^(i−j+1))/(1 − β): equal to the recurrence of eq. 12. */
    EQ13,
    /** γ(1 − β^(N−j+1))/(1 − β) with every key visible: eq. 14. */
    NON_CAUSAL,
    /** The weights of eq. 14 under a causal mask, as the paper's released code trains. */
    RELEASED
  }

  /** The N of weights that are anchored at the end of a sequence. */
  enum Length {
    /** The length of the batch. */
    PADDED,
    /** The length of the sequence itself. */
    TRUE
  }
}
