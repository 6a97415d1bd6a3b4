package org.polyak.conformance;

import org.polyak.conformance.oracle.Array;

/**
 * What a tensor should hold, and what {@link ErrorModel} needs to bound its error.
 *
 * @param values the oracle's
 * @param magnitudes for each value, the sum of the absolute values of its terms
 * @param roundings roundings on the longest way of a term into a value; 0 demands the float32
 *     number nearest to each value
 * @param productMagnitudes for each value, the sum of the absolute values of the terms into which
 *     products go: as a rule those of {@code magnitudes}
 * @param products products of matrices, or inside attention, on the longest way of such a term:
 *     where a reduced {@link Precision} rounds factors
 */
public record Expected(
    Array values, Array magnitudes, double roundings, Array productMagnitudes, double products) {
  /** Checks that the shapes are equal. */
  public Expected {
    if (!values.hasShapeOf(magnitudes) || !values.hasShapeOf(productMagnitudes)) {
      throw new IllegalArgumentException(
          "%s or %s is no magnitude of %s.".formatted(magnitudes, productMagnitudes, values));
    }
  }

  /** The same terms are rounded and go through products. */
  public Expected(Array values, Array magnitudes, double roundings, double products) {
    this(values, magnitudes, roundings, magnitudes, products);
  }

  /** Without products: any precision must compute it in binary32. */
  public Expected(Array values, Array magnitudes, double roundings) {
    this(values, magnitudes, roundings, 0);
  }

  /** The same values and roundings, and products on the way of these terms. */
  public Expected through(double count, Array terms) {
    return new Expected(values, magnitudes, roundings, terms, count);
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
