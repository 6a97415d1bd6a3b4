package org.polyak.conformance;

import java.util.List;

/**
 * One comparison of a backend's result with the oracle's.
 *
 * @param tensor what was compared
 * @param index where, one number per axis; empty when the comparison is of the whole tensor
 * @param got the backend's value
 * @param want the oracle's value
 * @param bound the largest error allowed
 */
public record Discrepancy(String tensor, List<Integer> index, double got, double want, double bound)
    implements Comparable<Discrepancy> {
  /** The error as a fraction of the bound: at most 1 in a passed comparison. */
  public double headroom() {
    return headroom(got, want, bound);
  }

  /**
   * The error as a fraction of the bound; NaN agrees with NaN only, an infinity with itself only.
   */
  static double headroom(double got, double want, double bound) {
    if (got == want || (Double.isNaN(got) && Double.isNaN(want))) {
      return 0;
    }
    double error = Math.abs(got - want);
    return Double.isFinite(error) && bound > 0 ? error / bound : Double.POSITIVE_INFINITY;
  }

  /** Whether the error is within the bound. */
  public boolean accepted() {
    return headroom() <= 1;
  }

  /** The larger headroom is the worse one. */
  @Override
  public int compareTo(Discrepancy other) {
    return Double.compare(headroom(), other.headroom());
  }

  @Override
  public String toString() {
    return "%s%s: got %s, want %s; error %.3g, bound %.3g, headroom %.3g"
        .formatted(tensor, index, (float) got, want, Math.abs(got - want), bound, headroom());
  }
}
