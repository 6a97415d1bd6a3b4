package org.polyak.conformance.oracle;

/**
 * The adaptive coefficient (Momentum Transformer, eq. 17 and 18). The attention output a_k of layer
 * k stands for the (negative) gradient:
 *
 * <pre>
 * β_k = projection of (1 − √r)²,   r = |a_k − a_{k−1}| / |reference|.
 * </pre>
 *
 * The reference is a_{k−1} in eq. 18 as printed. The released code computes eq. 17, where it is the
 * velocity v, because x_k − x_{k−1} = −s v and γ = s cancels; while v is all zeros it uses a_{k−1},
 * and a_0 is all ones. That first coefficient has no effect: it multiplies v = 0.
 *
 * <p>At zero norms: no difference gives r = 0, also when the reference is 0 too; a difference over
 * a zero reference gives r = ∞. In both the projection binds, so that the gradient there is 0.
 */
public final class AdaptiveMomentum {
  private AdaptiveMomentum() {}

  /** Where the projection to [0, 1−δ] stands. */
  public enum ClampOrder {
    /** clamp((1 − √r)², 0, 1−δ): the released code. A large r gives the largest coefficient. */
    SQUARE_THEN_PROJECT,
    /** clamp(1 − √r, 0, 1−δ)²: eq. 17 and 18 as printed. r ≥ 1 gives 0. */
    PROJECT_THEN_SQUARE
  }

  /** What the norms of a {@code [B, N, E]} array run over, giving one coefficient each. */
  public enum NormOver {
    /** The channels: coefficients {@code [B, N, 1]}. The released code. */
    TOKEN,
    /** Tokens and channels: coefficients {@code [B, 1, 1]}. */
    SAMPLE,
    /** Everything: one coefficient {@code [1, 1, 1]}. */
    BATCH
  }

  /** Whether gradients flow through the coefficient. */
  public enum GradientFlow {
    /** They do, as in the released code. */
    THROUGH_COEFFICIENT,
    /** The coefficient is a constant for the gradient. */
    DETACHED
  }

  /**
   * The options.
   *
   * @param delta δ: 1e-3 in the paper's text, 1e-4 in the released code
   * @param clampOrder where the projection stands
   * @param normOver what the norms run over
   */
  public record Options(double delta, ClampOrder clampOrder, NormOver normOver) {
    /** The options of the released code: δ = 1e-4, square then project, per token. */
    public static Options released() {
      return new Options(1e-4, ClampOrder.SQUARE_THEN_PROJECT, NormOver.TOKEN);
    }
  }

  /**
   * Gradients of the coefficients.
   *
   * @param attention for a_k
   * @param previousAttention for a_{k−1} as it stands in the difference
   * @param reference for the reference; add it to the former where that is a_{k−1}
   */
  public record Gradients(Array attention, Array previousAttention, Array reference) {}

  /** β for a ratio r in [0, ∞]. */
  public static double coefficient(double ratio, double delta, ClampOrder order) {
    double root = 1 - Math.sqrt(ratio);
    return switch (order) {
      case SQUARE_THEN_PROJECT -> Math.clamp(root * root, 0, 1 - delta);
      case PROJECT_THEN_SQUARE -> square(Math.clamp(root, 0, 1 - delta));
    };
  }

  /** dβ/dr: 0 where the projection binds, otherwise (1 − √r)² has derivative 1 − 1/√r. */
  public static double coefficientDerivative(double ratio, double delta, ClampOrder order) {
    double root = 1 - Math.sqrt(ratio);
    double projected =
        switch (order) {
          case SQUARE_THEN_PROJECT -> root * root;
          case PROJECT_THEN_SQUARE -> root;
        };
    return projected < 0 || projected > 1 - delta ? 0 : 1 - 1 / Math.sqrt(ratio);
  }

  /** The coefficients, in the shape that {@link NormOver} states. */
  public static Array coefficients(
      Array attention, Array previousAttention, Array reference, Options options) {
    Array difference = attention.minus(previousAttention);
    return norms(difference, options.normOver())
        .zip(norms(reference, options.normOver()), AdaptiveMomentum::ratio)
        .map(r -> coefficient(r, options.delta(), options.clampOrder()));
  }

  /**
   * Gradients of {@code Σ coefficientGradient · coefficients}: with u = a_k − a_{k−1} and reference
   * w, dr/du = u / (|u| |w|) and dr/dw = −|u| w / |w|³.
   *
   * @param coefficientGradient in the shape of the coefficients
   */
  public static Gradients backward(
      Array attention,
      Array previousAttention,
      Array reference,
      Options options,
      Array coefficientGradient) {
    Array u = attention.minus(previousAttention);
    Array uNorms = norms(u, options.normOver());
    Array wNorms = norms(reference, options.normOver());
    Array ratioGradient =
        uNorms
            .zip(wNorms, AdaptiveMomentum::ratio)
            .map(r -> coefficientDerivative(r, options.delta(), options.clampOrder()))
            .times(coefficientGradient);
    Array du = Array.zerosLike(u);
    Array dw = Array.zerosLike(u);
    for (int i = 0; i < u.size(); i++) {
      int c = coefficientIndex(u, i, options.normOver());
      double dr = ratioGradient.data()[c];
      if (dr != 0) {
        double un = uNorms.data()[c];
        double wn = wNorms.data()[c];
        du.data()[i] = dr * u.data()[i] / (un * wn);
        dw.data()[i] = -dr * un * reference.data()[i] / (wn * wn * wn);
      }
    }
    return new Gradients(du, du.times(-1), dw);
  }

  /** The reference of the released code: the velocity, or a_{k−1} while that is all zeros. */
  public static Array releasedReference(Array velocity, Array previousAttention) {
    return velocity.maxAbs() == 0 ? previousAttention : velocity;
  }

  /**
   * Repeats each coefficient over the elements that it belongs to; the result is like {@code x}.
   */
  public static Array spread(Array coefficients, Array x, NormOver normOver) {
    Array result = Array.zerosLike(x);
    for (int i = 0; i < x.size(); i++) {
      result.data()[i] = coefficients.data()[coefficientIndex(x, i, normOver)];
    }
    return result;
  }

  /** The adjoint of {@link #spread}: sums over the elements that share a coefficient. */
  public static Array gather(Array elements, NormOver normOver) {
    Array sums = Array.zeros(coefficientShape(elements, normOver));
    for (int i = 0; i < elements.size(); i++) {
      sums.data()[coefficientIndex(elements, i, normOver)] += elements.data()[i];
    }
    return sums;
  }

  private static double ratio(double difference, double reference) {
    return difference == 0 ? 0 : difference / reference;
  }

  private static Array norms(Array x, NormOver normOver) {
    return gather(x.times(x), normOver).map(Math::sqrt);
  }

  private static int[] coefficientShape(Array x, NormOver normOver) {
    return switch (normOver) {
      case TOKEN -> new int[] {x.extent(0), x.extent(1), 1};
      case SAMPLE -> new int[] {x.extent(0), 1, 1};
      case BATCH -> new int[] {1, 1, 1};
    };
  }

  private static int coefficientIndex(Array x, int element, NormOver normOver) {
    return switch (normOver) {
      case TOKEN -> element / x.extent(2);
      case SAMPLE -> element / (x.extent(1) * x.extent(2));
      case BATCH -> 0;
    };
  }

  private static double square(double x) {
    return x * x;
  }
}
