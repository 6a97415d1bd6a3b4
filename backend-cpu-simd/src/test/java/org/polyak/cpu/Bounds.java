package org.polyak.cpu;

import static org.assertj.core.api.Assertions.fail;

/** Comparison of float results with double references, element by element. */
final class Bounds {
  /** Half the distance between 1 and the next float. */
  static final double UNIT_ROUND_OFF = 0x1p-24;

  private Bounds() {}

  /**
   * Checks {@code |actual − expected| ≤ roundings · u · magnitude}.
   *
   * @param magnitude for every element the sum of the absolute values of the terms added up
   * @param roundings how many roundings a term goes through at most, in sequence
   */
  static void assertClose(
      String what, float[] actual, double[] expected, double[] magnitude, double roundings) {
    for (int i = 0; i < expected.length; i++) {
      double bound = roundings * UNIT_ROUND_OFF * magnitude[i] + Float.MIN_NORMAL;
      if (!(Math.abs(actual[i] - expected[i]) <= bound)) {
        fail(
            "%s[%d] is %s, not %s; allowed difference %s"
                .formatted(what, i, actual[i], expected[i], bound));
      }
    }
  }
}
