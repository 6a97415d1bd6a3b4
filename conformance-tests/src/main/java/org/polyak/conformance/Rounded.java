package org.polyak.conformance;

import java.util.List;
import org.polyak.conformance.oracle.SpecialFunctions;

/**
 * A number with a bound on the error that float32 arithmetic has given it: running error analysis.
 * Every operation passes on the errors of its arguments, to first order, and adds its own
 * roundings, as many as {@link Expected} counts for the same function. With it a formula that is
 * written once yields both a value and its error bound, where no closed form of the magnitude is at
 * hand.
 *
 * @param value in float64
 * @param error in unit round-offs, absolute
 */
public record Rounded(double value, double error) {
  /** What a rounding to a subnormal number loses at most, in unit round-offs. */
  private static final double UNDERFLOW = Float.MIN_VALUE / ErrorModel.UNIT_ROUND_OFF;

  /** A number that float32 holds exactly. */
  public static Rounded exact(double value) {
    return new Rounded(value, 0);
  }

  /** A constant that float32 rounds. */
  public static Rounded constant(double value) {
    return new Rounded(value, Math.abs(value));
  }

  /** The sum. */
  public Rounded plus(Rounded other) {
    return rounded(value + other.value, error + other.error, 1);
  }

  /** The difference. */
  public Rounded minus(Rounded other) {
    return rounded(value - other.value, error + other.error, 1);
  }

  /** The product. */
  public Rounded times(Rounded other) {
    double passed = Math.abs(other.value) * error + Math.abs(value) * other.error;
    return rounded(value * other.value, passed, 1);
  }

  /** The quotient. */
  public Rounded over(Rounded other) {
    double quotient = value / other.value;
    double passed = (error + Math.abs(quotient) * other.error) / Math.abs(other.value);
    return rounded(quotient, passed, 5);
  }

  /**
   * The same number as a factor of a product of matrices.
   *
   * @param factorRoundOff v, which moves it by v times itself
   */
  public Rounded asFactor(double factorRoundOff) {
    return new Rounded(value, error + Math.abs(value) * factorRoundOff / ErrorModel.UNIT_ROUND_OFF);
  }

  /** The negative. */
  public Rounded negated() {
    return new Rounded(-value, error);
  }

  /** eˣ. */
  public Rounded exponential() {
    return function(Math.exp(value), Math.exp(value), 6);
  }

  /** ln x. */
  public Rounded logarithm() {
    return function(Math.log(value), 1 / value, 6);
  }

  /** √x. */
  public Rounded squareRoot() {
    double root = Math.sqrt(value);
    return root == 0 ? this : function(root, 0.5 / root, 6);
  }

  /** σ(x). */
  public Rounded sigmoid() {
    double y = SpecialFunctions.sigmoid(value);
    return function(y, y * SpecialFunctions.sigmoid(-value), 12);
  }

  /** ln(1 + eˣ). */
  public Rounded softplus() {
    return function(SpecialFunctions.softplus(value), SpecialFunctions.sigmoid(value), 12);
  }

  /** erf(x). */
  public Rounded errorFunction() {
    double slope = 2 / Math.sqrt(Math.PI) * Math.exp(-value * value);
    return function(SpecialFunctions.erf(value), slope, 32);
  }

  /**
   * Φ(x), the normal distribution function, as (1 + erf(x/√2))/2 or as erfc(−x/√2)/2: the larger of
   * the two errors. The first is inexact in the lower tail, the second near 0.
   */
  public Rounded normalDistribution() {
    Rounded t = times(constant(Math.sqrt(0.5)));
    Rounded half = exact(0.5);
    Rounded byErf = half.times(exact(1).plus(t.errorFunction()));
    double slope = 2 / Math.sqrt(Math.PI) * Math.exp(-t.value * t.value);
    Rounded byErfc = half.times(t.function(2 * byErf.value, slope, 32));
    return new Rounded(byErf.value, Math.max(byErf.error, byErfc.error));
  }

  /** The density φ(x) of the normal distribution. */
  public Rounded normalDensity() {
    Rounded bell = exact(0.5).times(times(this)).negated().exponential();
    return constant(1 / Math.sqrt(2 * Math.PI)).times(bell);
  }

  /** A sum in whatever order: n − 1 roundings of at most the sum of the absolute values. */
  public static Rounded sum(List<Rounded> terms) {
    double value = 0;
    double magnitude = 0;
    double error = 0;
    for (Rounded term : terms) {
      value += term.value;
      magnitude += Math.abs(term.value);
      error += term.error;
    }
    return new Rounded(value, error + Math.max(0, terms.size() - 1) * magnitude);
  }

  /** ln Σ eˣ with the largest taken off first. */
  public static Rounded logSumExp(List<Rounded> terms) {
    Rounded largest = terms.getFirst();
    for (Rounded term : terms) {
      largest = term.value > largest.value ? term : largest;
    }
    Rounded shift = exact(largest.value);
    return sum(terms.stream().map(x -> x.minus(shift).exponential()).toList())
        .logarithm()
        .plus(shift);
  }

  /** An elementary function may give 0 for a result below the least normal number. */
  private Rounded function(double result, double slope, double roundings) {
    double flushed = Math.abs(result) < Float.MIN_NORMAL ? Float.MIN_NORMAL : 0;
    double passed = Math.abs(slope) * error + flushed / ErrorModel.UNIT_ROUND_OFF;
    return rounded(result, passed, roundings);
  }

  private static Rounded rounded(double result, double passed, double roundings) {
    return new Rounded(result, passed + roundings * (Math.abs(result) + UNDERFLOW));
  }
}
