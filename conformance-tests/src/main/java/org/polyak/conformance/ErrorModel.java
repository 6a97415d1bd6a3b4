package org.polyak.conformance;

import org.polyak.conformance.oracle.Array;

/**
 * How far a device's result may be from the float64 one. The only place where bounds come from.
 *
 * <p>A result is a sum of terms. Its <em>magnitude</em> is the sum of the absolute values of the
 * terms: what is left when nothing cancels. Each term passes through at most r roundings to
 * binary32, each of which changes it by at most the unit round-off u, relatively, and through p
 * products whose two factors a reduced {@link Precision} rounds by at most v each. So to first
 * order the error is at most (r · u + 2p · v) · magnitude, in whatever order the terms are added.
 * {@code docs/adr/0010-error-bounds.md} derives this, and says how cases count r and p.
 */
public final class ErrorModel {
  /** u of binary32 rounded to nearest: half the distance from 1 to the next number. */
  public static final double UNIT_ROUND_OFF = 0x1p-24;

  private final double factorRoundOff;

  /** The model for one precision of products. */
  public ErrorModel(Precision precision) {
    this.factorRoundOff = precision.factorRoundOff();
  }

  /**
   * The largest error of one element. Every rounding may also lose half the least subnormal number,
   * and that of a factor half the least one of its precision, v times the least normal number,
   * which matters only where results are subnormal.
   *
   * @param magnitude sum of the absolute values of the element's terms
   * @param roundings r, the roundings on the longest way of a term into the element
   * @param products p, the products of matrices, or inside attention, on that way
   */
  public double bound(double magnitude, double roundings, double products) {
    return roundings * (UNIT_ROUND_OFF * magnitude + Float.MIN_VALUE)
        + 2 * products * factorRoundOff * (magnitude + Float.MIN_NORMAL);
  }

  /** The largest error of one element of a tensor. */
  public double bound(Expected expected, int element) {
    return bound(expected.magnitudes().data()[element], expected.roundings(), 0)
        + bound(expected.productMagnitudes().data()[element], 0, expected.products());
  }

  /** The largest root mean square of the errors of a whole tensor. */
  public double rootMeanSquareBound(Expected expected) {
    return rootMeanSquareBound(rootMeanSquare(expected.magnitudes()), expected.roundings(), 0)
        + rootMeanSquareBound(rootMeanSquare(expected.productMagnitudes()), 0, expected.products());
  }

  /**
   * The largest root mean square of the errors of a whole tensor. Independent roundings grow like a
   * random walk: r of them, each uniform in [−u, u], have the standard deviation u√(r/3). The
   * roundings of factors do not: there are few of them, and every factor goes into many elements.
   *
   * @param magnitude root mean square of the elements' magnitudes
   * @param roundings r
   * @param products p
   */
  public double rootMeanSquareBound(double magnitude, double roundings, double products) {
    return Math.sqrt(roundings) * (UNIT_ROUND_OFF * magnitude + Float.MIN_VALUE)
        + 2 * products * factorRoundOff * (magnitude + Float.MIN_NORMAL);
  }

  private static double rootMeanSquare(Array magnitudes) {
    return magnitudes.norm() / Math.sqrt(magnitudes.size());
  }
}
