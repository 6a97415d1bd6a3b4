package org.polyak.bench.load;

import java.util.Arrays;

/** Extents in text, such as {@code 64x128x32}. */
final class Extents {
  private Extents() {}

  /**
   * Reads extents.
   *
   * @param names what each is called, for the message
   * @throws IllegalArgumentException when there are not as many, or one is not a positive integer
   */
  static int[] parse(String text, String... names) {
    String[] parts = text.split("x", -1);
    try {
      int[] extents = Arrays.stream(parts).mapToInt(Integer::parseInt).toArray();
      if (extents.length == names.length && Arrays.stream(extents).allMatch(extent -> extent > 0)) {
        return extents;
      }
    } catch (NumberFormatException e) {
      // Falls through to the one message for every unusable shape.
    }
    throw new IllegalArgumentException(
        "Shape '%s' is not %s with positive integers.".formatted(text, String.join("x", names)));
  }
}
