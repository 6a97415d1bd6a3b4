package org.polyak.tasks.config;

/** The residual connection around the attention of every block; a is the attention's output. */
public sealed interface ConnectionConfig {
  /** x' = x + a. */
  record Plain() implements ConnectionConfig {}

  /**
   * The released code's form: v' = μv − a, x' = x − s v', with v = 0 before the first block.
   *
   * @param mu momentum μ in [0, 1)
   * @param stepSize s &gt; 0
   */
  record Velocity(double mu, double stepSize) implements ConnectionConfig {}

  /**
   * Eq. 15, read as the heavy ball: x' = x + a + β(x − x of the block before).
   *
   * @param beta β in [0, 1)
   */
  record HeavyBall(double beta) implements ConnectionConfig {}

  /**
   * The velocity form with a momentum from eq. 17 or 18: (1 − √r)², bounded to [0, 1 − δ].
   *
   * @param form what r relates the change of the gradient to
   * @param stepSize s &gt; 0
   * @param delta δ in (0, 1)
   * @param clamp when the bound applies
   * @param norm over what norms are taken
   * @param detach whether gradients stop at the momentum
   */
  record Adaptive(Form form, double stepSize, double delta, Clamp clamp, Norm norm, boolean detach)
      implements ConnectionConfig {}

  /** The denominator of the adaptive momentum. */
  enum Form {
    /** The velocity: eq. 17 with the exact displacement, as released. */
    EQ17,
    /** The previous gradient: eq. 18 as printed. */
    EQ18
  }

  /** When the adaptive momentum is bounded. */
  enum Clamp {
    /** As the released code does. */
    AFTER_SQUARE,
    /** As the paper prints. */
    BEFORE_SQUARE
  }

  /** Over what the norms of the adaptive momentum are taken. */
  enum Norm {
    /** The features of each token. */
    TOKEN,
    /** The tokens and features of each sample. */
    SAMPLE
  }
}
