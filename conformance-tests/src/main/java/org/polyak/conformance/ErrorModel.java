package org.polyak.conformance;

/**
 * How far a float32 result may be from the float64 one. The only place where bounds come from.
 *
 * <p>A result is a sum of terms. Its <em>magnitude</em> is the sum of the absolute values of the
 * terms: what is left when nothing cancels. Each term passes through at most r roundings, each of
 * which changes it by at most the unit round-off u, relatively. So to first order the error is at
 * most r · u · magnitude, in whatever order the terms are added. {@code
 * docs/adr/0010-error-bounds.md} derives this, and says how cases count r.
 */
public final class ErrorModel {
  /** u of binary32 rounded to nearest: half the distance from 1 to the next number. */
  public static final double UNIT_ROUND_OFF = 0x1p-24;

  private ErrorModel() {}

  /**
   * The largest error of one element. Every rounding may also lose half the least subnormal number,
   * which matters only where results are subnormal.
   *
   * @param magnitude sum of the absolute values of the element's terms
   * @param roundings r, the roundings on the longest way of a term into the element
   */
  public static double bound(double magnitude, double roundings) {
    return roundings * (UNIT_ROUND_OFF * magnitude + Float.MIN_VALUE);
  }

  /**
   * The largest root mean square of the errors of a whole tensor. Independent roundings grow like a
   * random walk: r of them, each uniform in [−u, u], have the standard deviation u√(r/3).
   *
   * @param magnitude root mean square of the elements' magnitudes
   * @param roundings r
   */
  public static double rootMeanSquareBound(double magnitude, double roundings) {
    return Math.sqrt(roundings) * (UNIT_ROUND_OFF * magnitude + Float.MIN_VALUE);
  }
}
