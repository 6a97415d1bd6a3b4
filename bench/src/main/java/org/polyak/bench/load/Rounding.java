package org.polyak.bench.load;

/** How far right answers in float32 lie apart. */
final class Rounding {
  /** The unit round-off of float32. */
  private static final double UNIT = 0x1p-24;

  /**
   * Room for what is not the longest sum: several operations one after the other, functions that
   * are right to some units in the last place only, and terms that cancel.
   */
  private static final double ROOM = 16;

  private Rounding() {}

  /**
   * For outputs whose longest sum has so many terms. Errors of single additions are as good as
   * independent, so that of the sum grows with the root of their number, as the sum of the terms,
   * which are of either sign, does itself.
   */
  static double ofSums(int terms) {
    return ROOM * Math.sqrt(terms) * UNIT;
  }
}
