package org.polyak.bench.result;

import java.util.Collection;

/**
 * The middle of some samples: half of them lie between the quartiles.
 *
 * @param lower quartile
 * @param median half of the samples are smaller
 * @param upper quartile
 */
public record Spread(double lower, double median, double upper) {
  /**
   * Of these samples, with linear interpolation between neighbours.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Spread of(Collection<Double> samples) {
    if (samples.isEmpty()) {
      throw new IllegalArgumentException("No samples have no median.");
    }
    double[] sorted = samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return new Spread(quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75));
  }

  /**
   * How many times as large as another: the ratio of the medians, between the smallest and the
   * largest ratio that the quartiles allow.
   */
  public Spread over(Spread other) {
    return new Spread(lower / other.upper, median / other.median, upper / other.lower);
  }

  /** The distance of the quartiles as a share of the median. */
  public double relativeWidth() {
    return (upper - lower) / median;
  }

  private static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
