package org.polyak.nn.layers;

/** Which attention a model uses. */
public sealed interface AttentionConfig {
  /** The released code's ε, which is added to the sum of keys. */
  double EPSILON = 1e-6;

  /**
   * Softmax attention with scale 1/√K: {@code out_i = Σ_j softmax_j(q_i·k_j/√K) v_j} (Momentum
   * Transformer, eq. 2).
   */
  record Softmax() implements AttentionConfig {}

  /**
   * Linear attention with φ = elu + 1, divided by the sum of keys (eq. 7 and 8).
   *
   * @param epsilon added to the sum of keys, at least 0
   */
  record Linear(double epsilon) implements AttentionConfig {
    /** Checks the range. */
    public Linear {
      requireEpsilon(epsilon);
    }
  }

  /** Linear attention with φ = elu + 1, divided by √N: the form of the Long Range Arena runs. */
  record LinearUnnormalised() implements AttentionConfig {}

  /**
   * Momentum attention with φ = elu + 1, divided by the sum of keys, which carries no momentum.
   *
   * @param beta momentum β in [0, 1)
   * @param gamma step size γ &gt; 0
   * @param weighting which weight a key gets
   * @param anchor where end-anchored weights begin; without effect on {@link Weighting#EQ13}
   * @param epsilon added to the sum of keys, at least 0
   */
  record Momentum(double beta, double gamma, Weighting weighting, Anchor anchor, double epsilon)
      implements AttentionConfig {
    /** Checks the ranges. */
    public Momentum {
      if (!(beta >= 0 && beta < 1)) {
        throw new IllegalArgumentException("attention.beta must lie in [0, 1), not " + beta + ".");
      }
      if (!(gamma > 0 && Double.isFinite(gamma))) {
        throw new IllegalArgumentException(
            "attention.gamma must be positive and finite, not " + gamma + ".");
      }
      requireEpsilon(epsilon);
    }

    /** The causal form with the weights of eq. 13 and the released code's ε. */
    public Momentum(double beta, double gamma) {
      this(beta, gamma, Weighting.EQ13, Anchor.TRUE, EPSILON);
    }
  }

  /** The weight of key j in row i, for N keys. */
  enum Weighting {
    /**
     * {@code γ(1 − β^(i−j+1))/(1 − β)}: eq. 13, equal to the recurrence of eq. 12. Causal models.
     */
    EQ13,
    /** {@code γ(1 − β^(N−j+1))/(1 − β)} in every row: eq. 14. Bidirectional models. */
    NON_CAUSAL,
    /**
     * The weights of eq. 14 under a causal mask: what the paper's released training code computes.
     * A row's output then depends on the length of the sequence. Causal models; generation uses eq.
     * 12, as the released code does, and so differs from the trained function.
     */
    RELEASED
  }

  /** The N from which end-anchored weights are counted. */
  enum Anchor {
    /** The padded length, as in all released code: results depend on the padding. */
    PADDED,
    /** The true length of each sequence. */
    TRUE
  }

  private static void requireEpsilon(double epsilon) {
    if (!(epsilon >= 0 && Double.isFinite(epsilon))) {
      throw new IllegalArgumentException(
          "attention.epsilon must be at least 0 and finite, not " + epsilon + ".");
    }
  }
}
