package org.polyak.conformance.gradients;

import java.util.ArrayList;
import java.util.List;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Differentiated;
import org.polyak.conformance.Discrepancy;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;

/**
 * Gradients along random directions: with F(x) = Σ cotangent · f(x), the sum of gradient times
 * direction found on the device against (F(x + hd) − F(x − hd))/2h of the oracle in float64.
 */
final class DirectionalTrial {
  private static final int DIRECTIONS = 4;
  private static final double STEP = 1e-4;

  /**
   * Roundings on the way of a term into a directional derivative, about a hundred for these shapes,
   * forward and backward. The differences themselves are off by a relative 10⁻⁸, which is little
   * beside that.
   */
  private static final double ROUNDINGS = 100;

  /** A function in float64. */
  @FunctionalInterface
  interface OracleFunction {
    /** All results. */
    List<Array> apply(List<Array> inputs);
  }

  /**
   * Where a reduced precision enters a gradient.
   *
   * @param count products on the longest way of a term into it
   * @param terms their absolute values, summed up for each element of the gradients
   */
  record Products(double count, GradientMagnitude terms) {
    /** A function without products. */
    static final Products NONE = new Products(0, (in, cotangents) -> in);
  }

  /** The magnitude of a gradient's terms. */
  @FunctionalInterface
  interface GradientMagnitude {
    /** For each input. */
    List<Array> of(List<Array> inputs, List<Array> cotangents);
  }

  private DirectionalTrial() {}

  static void run(
      CaseContext c,
      Samples s,
      List<Array> inputs,
      OracleFunction oracle,
      Differentiated.Function function) {
    run(c, s, inputs, oracle, function, Products.NONE);
  }

  static void run(
      CaseContext c,
      Samples s,
      List<Array> inputs,
      OracleFunction oracle,
      Differentiated.Function function,
      Products products) {
    List<Array> cotangents = new ArrayList<>();
    for (Array result : oracle.apply(inputs)) {
      cotangents.add(normal(s, result.shape()));
    }
    Differentiated found = Differentiated.of(c, inputs, cotangents, function);
    List<Array> terms = products.terms().of(inputs, cotangents);
    for (int k = 0; k < DIRECTIONS; k++) {
      List<Array> forwards = new ArrayList<>();
      List<Array> backwards = new ArrayList<>();
      double got = 0;
      double magnitude = 0;
      double ofProducts = 0;
      for (int i = 0; i < inputs.size(); i++) {
        Array direction = normal(s, inputs.get(i).shape());
        Array gradient = Samples.array(found.gradients().get(i), inputs.get(i).shape());
        got += gradient.dot(direction);
        magnitude += gradient.abs().dot(direction.abs());
        ofProducts += terms.get(i).dot(direction.abs());
        forwards.add(inputs.get(i).plus(direction.times(STEP)));
        backwards.add(inputs.get(i).minus(direction.times(STEP)));
      }
      double difference =
          value(oracle.apply(forwards), cotangents) - value(oracle.apply(backwards), cotangents);
      c.compare(
          new Discrepancy(
              "derivative along direction " + k,
              List.of(),
              got,
              difference / (2 * STEP),
              c.errors().bound(magnitude, ROUNDINGS, 0)
                  + c.errors().bound(ofProducts, 0, products.count())));
    }
  }

  /** Standard normal numbers that float32 holds. */
  static Array normal(Samples s, int... shape) {
    return Samples.array(s.normal(Array.zeros(shape).size(), 1), shape);
  }

  private static double value(List<Array> results, List<Array> cotangents) {
    double value = 0;
    for (int i = 0; i < results.size(); i++) {
      value += results.get(i).dot(cotangents.get(i));
    }
    return value;
  }
}
