package org.polyak.nn.optim;

/** How gradients that are too large are scaled down. NaN stays NaN. */
public sealed interface GradientClipping {
  /** Added to a norm before it divides. */
  double EPSILON = 1e-6;

  /** Not at all. */
  record None() implements GradientClipping {}

  /**
   * Each parameter's gradient g on its own: {@code g · min(1, c/(|g| + 10⁻⁶))}.
   *
   * @param maximumNorm c, positive
   */
  record PerParameter(double maximumNorm) implements GradientClipping {
    /** Checks the norm. */
    public PerParameter {
      requirePositive(maximumNorm);
    }
  }

  /**
   * All gradients together, by the norm of their concatenation.
   *
   * @param maximumNorm c, positive
   */
  record Global(double maximumNorm) implements GradientClipping {
    /** Checks the norm. */
    public Global {
      requirePositive(maximumNorm);
    }
  }

  private static void requirePositive(double maximumNorm) {
    if (!(maximumNorm > 0)) {
      throw new IllegalArgumentException(
          "Gradients are clipped to a positive norm, not " + maximumNorm + ".");
    }
  }
}
