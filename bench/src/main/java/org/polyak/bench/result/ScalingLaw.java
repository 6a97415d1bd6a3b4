package org.polyak.bench.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * How time or memory of one variant grows with the length of the sequence.
 *
 * @param variant of attention, with the peer's id where that computed it
 * @param places in the order of their lengths
 */
public record ScalingLaw(String variant, List<Place> places) {
  /** Shorter sequences tell more of fixed costs than of growth. */
  public static final int LEAST_FITTED = 4096;

  /** Copies the list. */
  public ScalingLaw {
    places = List.copyOf(places);
  }

  /**
   * A measured point.
   *
   * @param length of the sequence
   * @param value seconds or bytes
   */
  public record Place(int length, double value) {}

  /** The laws of all variants of a run of the suite scaling. */
  public static List<ScalingLaw> of(RunRecord run, ToDoubleFunction<Point> value) {
    List<ScalingLaw> laws = new ArrayList<>();
    for (String variant : run.points().stream().map(Point::series).distinct().toList()) {
      laws.add(
          new ScalingLaw(
              variant,
              run.points().stream()
                  .filter(point -> point.succeeded() && point.series().equals(variant))
                  .map(point -> new Place(length(point), value.applyAsDouble(point)))
                  .toList()));
    }
    return laws;
  }

  /**
   * The exponent p of the best law {@code value = c · lengthᵖ} in the sense of least squares of
   * logarithms, over the places from {@link #LEAST_FITTED} on, or over the longer half where these
   * are fewer than three; empty when fewer than two places are left.
   */
  public Optional<Double> exponent() {
    List<Place> fitted = places.stream().filter(place -> place.length() >= LEAST_FITTED).toList();
    if (fitted.size() < 3) {
      fitted = places.subList(places.size() / 2, places.size());
    }
    if (fitted.size() < 2) {
      return Optional.empty();
    }
    double meanX = fitted.stream().mapToDouble(ScalingLaw::x).average().orElseThrow();
    double meanY = fitted.stream().mapToDouble(ScalingLaw::y).average().orElseThrow();
    double products = 0;
    double squares = 0;
    for (Place place : fitted) {
      products += (x(place) - meanX) * (y(place) - meanY);
      squares += (x(place) - meanX) * (x(place) - meanX);
    }
    return Optional.of(products / squares);
  }

  /**
   * The length from which this variant stays below another, where both were measured: between two
   * places the values are taken to follow a power of the length. Empty when it is never below at
   * the end, and when it always is.
   */
  public Optional<Double> crossing(ScalingLaw other) {
    List<double[]> differences = new ArrayList<>();
    for (Place mine : places) {
      other.places().stream()
          .filter(place -> place.length() == mine.length())
          .findFirst()
          .ifPresent(place -> differences.add(new double[] {x(mine), y(mine) - y(place)}));
    }
    for (int i = differences.size() - 1; i > 0; i--) {
      double[] right = differences.get(i);
      double[] left = differences.get(i - 1);
      if (right[1] >= 0) {
        return Optional.empty();
      }
      if (left[1] >= 0) {
        double share = left[1] / (left[1] - right[1]);
        return Optional.of(Math.exp(left[0] + share * (right[0] - left[0])));
      }
    }
    return Optional.empty();
  }

  /** N of the shape BxHxNxD. */
  private static int length(Point point) {
    return Integer.parseInt(point.load().shape().split("x", -1)[2]);
  }

  private static double x(Place place) {
    return Math.log(place.length());
  }

  private static double y(Place place) {
    return Math.log(place.value());
  }
}
