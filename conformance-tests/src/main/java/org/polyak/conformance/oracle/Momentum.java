package org.polyak.conformance.oracle;

/**
 * The constants of momentum attention (eq. 12).
 *
 * @param beta momentum β in [0, 1]; at 1 the weights of eq. 13 become the ramp i − j + 1
 * @param gamma step size γ &gt; 0
 */
public record Momentum(double beta, double gamma) {
  /**
   * 1 + β + … + β^(terms−1), which is (1 − β^terms)/(1 − β) for β &lt; 1. Summed term by term:
   * every term is positive, so nothing cancels for β near 1, and β = 1 is no exception.
   */
  public double geometricSum(int terms) {
    double sum = 0;
    double power = 1;
    for (int r = 0; r < terms; r++) {
      sum += power;
      power *= beta;
    }
    return sum;
  }

  /** β^n. */
  public double power(int n) {
    return Math.pow(beta, n);
  }
}
