package org.polyak.nn.layers;

/**
 * How the output a of an attention layer joins its input x. Layers are seen as iterations of
 * gradient descent, with −a as the gradient.
 */
public sealed interface ConnectionConfig {
  /** {@code x' = x + a}. */
  record Plain() implements ConnectionConfig {}

  /**
   * Momentum connection as the paper's released code has it: {@code v' = μv − a, x' = x − s v'},
   * with v = 0 before the first layer.
   *
   * @param momentum μ in [0, 1)
   * @param stepSize s &gt; 0
   */
  record Velocity(double momentum, double stepSize) implements ConnectionConfig {
    /** Checks the ranges. */
    public Velocity {
      requireMomentum(momentum);
      requireStepSize(stepSize);
    }
  }

  /**
   * Momentum connection as printed in eq. 15: {@code x' = x + a + β(x − y)}, where y is the input
   * of the layer before; in the first layer y = x. (Read literally, the equation's difference would
   * be zero: its T(X) must be the previous iterate.)
   *
   * @param momentum β in [0, 1)
   */
  record HeavyBall(double momentum) implements ConnectionConfig {
    /** Checks the range. */
    public HeavyBall {
      requireMomentum(momentum);
    }
  }

  /**
   * Adaptive momentum: a {@link Velocity} connection whose μ is computed per layer from {@code r =
   * |a − a_previous| / |reference|}. In the first layer v = 0, so the coefficient has no effect.
   *
   * @param stepSize s &gt; 0
   * @param reference what the change of the attention output is compared with
   * @param coefficient how the coefficient follows from r
   */
  record AdaptiveVelocity(double stepSize, Reference reference, AdaptiveCoefficient coefficient)
      implements ConnectionConfig {
    /** Checks the range. */
    public AdaptiveVelocity {
      requireStepSize(stepSize);
    }

    /** The released code's form: eq. 17, with {@link AdaptiveCoefficient#RELEASED}. */
    public AdaptiveVelocity(double stepSize) {
      this(stepSize, Reference.VELOCITY, AdaptiveCoefficient.RELEASED);
    }
  }

  /** What the change of the attention output between two layers is compared with. */
  enum Reference {
    /**
     * The velocity, as in the released code. That is eq. 17: −s v is the displacement, and the step
     * size cancels.
     */
    VELOCITY,
    /** The attention output of the layer before: eq. 18. */
    PREVIOUS
  }

  /**
   * Adaptive momentum as printed: eq. 15 whose β is computed per layer from {@code r = |a −
   * a_previous| / |a_previous|}, eq. 18. The first layer has no previous one and is plain.
   *
   * @param coefficient how the coefficient follows from r
   */
  record AdaptiveHeavyBall(AdaptiveCoefficient coefficient) implements ConnectionConfig {}

  private static void requireMomentum(double momentum) {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException(
          "connection.momentum must lie in [0, 1), not " + momentum + ".");
    }
  }

  private static void requireStepSize(double stepSize) {
    if (!(stepSize > 0 && Double.isFinite(stepSize))) {
      throw new IllegalArgumentException(
          "connection.stepSize must be positive and finite, not " + stepSize + ".");
    }
  }
}
