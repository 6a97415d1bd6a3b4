package org.polyak.conformance;

import org.polyak.conformance.oracle.Array;

/**
 * What a tensor should hold, and what {@link ErrorModel} needs to bound its error.
 *
 * @param values the oracle's
 * @param magnitudes for each value, the sum of the absolute values of its terms
 * @param roundings roundings on the longest way of a term into a value; 0 demands the float32
 *     number nearest to each value
 * @param products products of matrices, or inside attention, on that way: where a reduced {@link
 *     Precision} rounds factors
 */
public record Expected(Array values, Array magnitudes, double roundings, double products) {
  /** Checks that the shapes are equal. */
  public Expected {
    if (!values.hasShapeOf(magnitudes)) {
      throw new IllegalArgumentException("%s is no magnitude of %s.".formatted(magnitudes, values));
    }
  }

  /** Without products: any precision must compute it in binary32. */
  public Expected(Array values, Array magnitudes, double roundings) {
    this(values, magnitudes, roundings, 0);
  }

  /** Values that have only one float32 representation to be expected. */
  public static Expected exact(Array values) {
    Array nearest = values.map(x -> (float) x);
    return new Expected(nearest, nearest.abs(), 0);
  }

  /** Values that are one term each, so that their own absolute value is the magnitude. */
  public static Expected relative(Array values, double roundings) {
    return new Expected(values, values.abs(), roundings);
  }

  /**
   * The oracle's values with the errors of a running error analysis, which counts roundings itself.
   */
  public static Expected analysed(Array values, Array errors) {
    return new Expected(values, errors, 1);
  }
}
