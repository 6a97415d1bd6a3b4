package org.polyak.opencl;

import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.UpdateRule;

/**
 * The linear filter that attention is over its tokens: see {@code segmentlanes.cl}, where r and g
 * are explained.
 *
 * @param momentum whether there is g
 * @param beta β as the device sees it
 * @param gamma γ, 1 without momentum
 * @param scale what a normaliser other than the sum of keys multiplies outputs by
 * @param epsilon ε of the sum of keys
 */
record Filter(boolean momentum, double beta, double gamma, double scale, double epsilon) {
  /** What is left of r after {@link #memory} tokens: less than a quarter of a rounding. */
  private static final double FORGOTTEN = 0x1p-27;

  /** What is left of m after {@link #momentumMemory} tokens: less than the least number. */
  private static final double NOTHING = 0x1p-150;

  /** States are divided by β γ, which must leave room in float32. */
  private static final double LEAST = 1e-6;

  static Filter of(AttentionSpec spec, int tokens) {
    double scale =
        spec.normaliser() instanceof Normaliser.SquareRootLength ? 1 / Math.sqrt(tokens) : 1;
    double epsilon = spec.normaliser() instanceof Normaliser.KeySum sum ? sum.epsilon() : 0;
    return switch (spec.rule()) {
      case UpdateRule.Additive() -> new Filter(false, 0, 1, scale, epsilon);
      case UpdateRule.Momentum(double beta, double gamma) ->
          new Filter(true, (float) beta, (float) gamma, scale, epsilon);
    };
  }

  /** Whether dividing by β and γ is harmless. */
  static boolean suits(UpdateRule rule) {
    return switch (rule) {
      case UpdateRule.Additive() -> true;
      case UpdateRule.Momentum(double beta, double gamma) ->
          beta >= LEAST && gamma >= LEAST && gamma <= 1 / LEAST;
    };
  }

  /** What a result of the filter is multiplied by. */
  double factor() {
    return gamma * scale;
  }

  /** What a number of tokens leaves of r: βⁿ, and all of it without momentum. */
  double decay(int tokens) {
    return momentum ? Math.pow(beta, tokens) : 1;
  }

  /** What a number of tokens adds of g to r: 1 + β + … + βⁿ⁻¹, without cancellation. */
  double reach(int tokens) {
    return momentum ? -Math.expm1(tokens * Math.log(beta)) / (1 - beta) : 0;
  }

  /** The limit of {@link #reach}. */
  double limit() {
    return 1 / (1 - beta);
  }

  /** Tokens after which r does not depend on how it began. */
  int memory() {
    return tokensUntil(FORGOTTEN);
  }

  /** Tokens after which nothing is left of m. */
  int momentumMemory() {
    return tokensUntil(NOTHING);
  }

  private int tokensUntil(double rest) {
    return (int) Math.min(Integer.MAX_VALUE, Math.ceil(Math.log(rest) / Math.log(beta)));
  }
}
