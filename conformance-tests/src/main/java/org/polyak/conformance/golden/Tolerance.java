package org.polyak.conformance.golden;

/**
 * How far a computed element may be from the golden one: {@code |got − want| ≤ absolute + relative
 * · |want|}.
 *
 * @param relative as a fraction of |want|
 * @param absolute in the units of the tensor
 */
public record Tolerance(double relative, double absolute) {
  /** The largest allowed difference from {@code want}. */
  public double bound(double want) {
    return absolute + relative * Math.abs(want);
  }

  /** Whether {@code got} is close enough; NaN never is. */
  public boolean accepts(double got, double want) {
    return Math.abs(got - want) <= bound(want);
  }
}
