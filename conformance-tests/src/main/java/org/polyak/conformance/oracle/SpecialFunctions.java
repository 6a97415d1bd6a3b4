package org.polyak.conformance.oracle;

/** The error function and logistic functions to full double accuracy. */
public final class SpecialFunctions {
  private static final double INVERSE_ROOT_PI = 1 / Math.sqrt(Math.PI);

  private SpecialFunctions() {}

  /** erf(x) = 2/√π ∫₀ˣ e^(−t²) dt. */
  public static double erf(double x) {
    return Math.abs(x) < 2 ? erfSeries(x) : Math.signum(x) * (1 - erfcFraction(Math.abs(x)));
  }

  /** 1 − erf(x), with full relative accuracy also where it is tiny. */
  public static double erfc(double x) {
    if (Math.abs(x) < 2) {
      return x < 0.5 ? 1 - erfSeries(x) : erfcFraction(x);
    }
    return x > 0 ? erfcFraction(x) : 2 - erfcFraction(-x);
  }

  /** The standard normal distribution function, Φ(x) = erfc(−x/√2)/2. */
  public static double normalCdf(double x) {
    return erfc(-x / Math.sqrt(2)) / 2;
  }

  /** The standard normal density, e^(−x²/2)/√(2π). */
  public static double normalDensity(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  /** 1/(1 + e⁻ˣ), with full relative accuracy on both sides. */
  public static double sigmoid(double x) {
    return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
  }

  /** ln(1 + eˣ), without overflow and without cancellation. */
  public static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  /** ln Σ e^(x_i), without overflow. */
  public static double logSumExp(double... x) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double value : x) {
      largest = Math.max(largest, value);
    }
    double sum = 0;
    for (double value : x) {
      sum += Math.exp(value - largest);
    }
    return largest + Math.log(sum);
  }

  /** erf(x) = 2/√π e^(−x²) Σ_n 2ⁿ x^(2n+1)/(2n+1)!!: all terms have one sign. */
  private static double erfSeries(double x) {
    double term = x;
    double sum = 0;
    for (int n = 0; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      sum += term;
      term *= 2 * x * x / (2 * n + 3);
    }
    return 2 * INVERSE_ROOT_PI * Math.exp(-x * x) * sum;
  }

  /**
   * erfc(x) = e^(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))) for x &gt; 0, from far
   * inside; the depth is ample for x ≥ 1/2.
   */
  private static double erfcFraction(double x) {
    double fraction = x;
    for (int n = 2000; n >= 1; n--) {
      fraction = x + n / 2.0 / fraction;
    }
    return Math.exp(-x * x) * INVERSE_ROOT_PI / fraction;
  }
}
