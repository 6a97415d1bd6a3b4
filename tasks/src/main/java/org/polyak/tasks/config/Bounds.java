package org.polyak.tasks.config;

/**
 * The values that a number may have.
 *
 * @param least the lower end
 * @param leastIncluded whether it is allowed itself
 * @param most the upper end, possibly infinite
 * @param mostIncluded whether it is allowed itself
 */
record Bounds(double least, boolean leastIncluded, double most, boolean mostIncluded) {
  static final Bounds POSITIVE = new Bounds(0, false, Double.POSITIVE_INFINITY, false);
  static final Bounds NOT_NEGATIVE = new Bounds(0, true, Double.POSITIVE_INFINITY, false);

  /** [0, 1). */
  static final Bounds FRACTION_BELOW_ONE = new Bounds(0, true, 1, false);

  /** (0, 1). */
  static final Bounds INNER_FRACTION = new Bounds(0, false, 1, false);

  /** [0, 1]. */
  static final Bounds FRACTION = new Bounds(0, true, 1, true);

  boolean allow(double value) {
    return (leastIncluded ? value >= least : value > least)
        && (mostIncluded ? value <= most : value < most);
  }

  @Override
  public String toString() {
    String low = (leastIncluded ? "at least " : "above ") + text(least);
    return Double.isInfinite(most)
        ? "a finite number " + low
        : "a number " + low + " and " + (mostIncluded ? "at most " : "below ") + text(most);
  }

  private static String text(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }
}
