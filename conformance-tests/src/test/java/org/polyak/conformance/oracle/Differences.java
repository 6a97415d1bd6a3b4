package org.polyak.conformance.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/** Checks gradients against central differences, and arrays against each other. */
final class Differences {
  /**
   * The five-point formula's truncation is h⁴ f⁽⁵⁾/30, its round-off about 2⁻⁵²|f|/h: both below.
   */
  private static final double STEP = 1e-3;

  /** Relative to the largest gradient and to |f|. */
  private static final double GRADIENT_BOUND = 1e-9;

  private Differences() {}

  /** Every element of {@code gradient} against differences of {@code f} around {@code at}. */
  static void assertGradient(String what, Array gradient, Array at, ToDoubleFunction<Array> f) {
    double scale = gradient.maxAbs() + Math.abs(f.applyAsDouble(at));
    for (int i = 0; i < at.size(); i++) {
      int element = i;
      DoubleUnaryOperator along =
          t -> {
            Array moved = at.map(x -> x);
            moved.data()[element] += t;
            return f.applyAsDouble(moved);
          };
      double difference =
          (8 * (along.applyAsDouble(STEP) - along.applyAsDouble(-STEP))
                  - (along.applyAsDouble(2 * STEP) - along.applyAsDouble(-2 * STEP)))
              / (12 * STEP);
      assertThat(Math.abs(gradient.data()[i] - difference))
          .as("%s[%d]: gradient %s, difference %s", what, i, gradient.data()[i], difference)
          .isLessThanOrEqualTo(GRADIENT_BOUND * scale);
    }
  }

  /** Equal up to {@code relative} times the largest element. */
  static void assertClose(Array got, Array want, double relative) {
    assertThat(got.shape()).isEqualTo(want.shape());
    double bound = relative * want.maxAbs();
    for (int i = 0; i < want.size(); i++) {
      assertThat(Math.abs(got.data()[i] - want.data()[i]))
          .as("element %d of %s: %s, expected %s", i, want, got.data()[i], want.data()[i])
          .isLessThanOrEqualTo(bound);
    }
  }

  /** The largest relative difference, by the largest element of {@code b}. */
  static double distance(Array a, Array b) {
    return a.minus(b).maxAbs() / b.maxAbs();
  }
}
