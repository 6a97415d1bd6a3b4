package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Test;

class VectorMathTest {
  private static final int POINTS = 1 << 18;

  /** Unit round-off of binary32. */
  private static final double UNIT = 0x1p-24;

  /** Units in the last place: reduction, polynomial and reconstruction round a few times each. */
  private static final double ULPS = 3;

  /**
   * Below 1 an ulp is one unit round-off. Numerator and denominator are off by up to two and a half
   * each (last step, earlier steps, coefficients), quotient and product by one each, the fit by
   * half.
   */
  static final double ERF_ULPS = 8;

  @Test
  void expIsAccurateDownToSubnormalResults() {
    sweep(VectorMath::exp, Math::exp, -110, 95, ULPS);
  }

  @Test
  void expOfNegativeHasTheBitsOfExp() {
    FloatVector points = FloatVector.zero(FloatVector.SPECIES_512);
    float[] arguments = grid(-110, 0);
    for (int i = 0; i < arguments.length; i += points.length()) {
      points = FloatVector.fromArray(FloatVector.SPECIES_512, arguments, i);
      assertThat(VectorMath.expOfNegative(points).toArray())
          .isEqualTo(VectorMath.exp(points).toArray());
    }
    special(VectorMath::expOfNegative, Float.NEGATIVE_INFINITY, 0f, 0f, 1f, -0f, 1f, -200f, 0f);
  }

  @Test
  void logIsAccurateOverAllMagnitudesAndNearOne() {
    float[] everyMagnitude = new float[POINTS];
    for (int i = 0; i < POINTS; i++) {
      everyMagnitude[i] = Float.intBitsToFloat(1 + i * (0x7F7FFFFF / POINTS));
    }
    compare(VectorMath::log, Math::log, everyMagnitude, ulps(ULPS));
    sweep(VectorMath::log, Math::log, 0.5, 2, ULPS);
    sweep(VectorMath::log, Math::log, 0.999, 1.001, ULPS);
  }

  @Test
  void tanhIsAccurateForSmallAndLargeArguments() {
    sweep(VectorMath::tanh, Math::tanh, -12, 12, ULPS);
    sweep(VectorMath::tanh, Math::tanh, -1e-3, 1e-3, ULPS);
    sweep(VectorMath::tanh, Math::tanh, -1e-20, 1e-20, ULPS);
  }

  @Test
  void sigmoidKeepsRelativeAccuracyWhereItIsTiny() {
    sweep(VectorMath::sigmoid, x -> 1 / (1 + Math.exp(-x)), -105, 105, ULPS + 1);
  }

  @Test
  void softplusKeepsRelativeAccuracyWhereItIsTiny() {
    sweep(
        VectorMath::softplus,
        x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
        -105,
        105,
        ULPS + 1);
  }

  @Test
  void eluPlusOneIsTheExponentialOfNegativeArguments() {
    sweep(VectorMath::eluPlusOne, x -> x > 0 ? x + 1 : Math.exp(x), -105, 20, ULPS);
  }

  @Test
  void erfAgreesWithItsSeries() {
    sweep(VectorMath::erf, VectorMathTest::erf, -4.5, 4.5, ERF_ULPS);
    sweep(VectorMath::erf, VectorMathTest::erf, -1e-3, 1e-3, ERF_ULPS);
  }

  @Test
  void geluIsAccurateRelativeToItsArgument() {
    // 1 + erf rounds to units of 2^-24 and is multiplied by x.
    compare(
        VectorMath::gelu,
        x -> 0.5 * x * (1 + erf(x * Math.sqrt(0.5))),
        grid(-8, 8),
        (x, expected) -> 4 * UNIT * (Math.abs(x) + Math.abs(expected)));
    compare(
        VectorMath::geluDerivative,
        x ->
            0.5 * (1 + erf(x * Math.sqrt(0.5)))
                + x * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI),
        grid(-8, 8),
        (x, expected) -> 8 * UNIT);
  }

  @Test
  void geluFarFromZeroIsItsArgumentOrNothing() {
    special(
        VectorMath::gelu,
        5.6f,
        5.6f,
        1e30f,
        1e30f,
        Float.POSITIVE_INFINITY,
        Float.POSITIVE_INFINITY);
    special(VectorMath::gelu, -5.6f, -0f, -1e30f, -0f, 0f, 0f);
    special(VectorMath::geluDerivative, 5.9f, 1f, 1e30f, 1f, -5.9f, 0f, -1e30f, 0f, 0f, 0.5f);
  }

  @Test
  void siluAndItsDerivativeFollowTheSigmoid() {
    DoubleUnaryOperator sigmoid = x -> 1 / (1 + Math.exp(-x));
    sweep(VectorMath::silu, x -> x * sigmoid.applyAsDouble(x), -80, 80, ULPS + 2);
    compare(
        x -> VectorMath.siluDerivative(x, VectorMath.sigmoid(x)),
        x -> sigmoid.applyAsDouble(x) * (1 + x * (1 - sigmoid.applyAsDouble(x))),
        grid(-20, 20),
        (x, expected) -> 8 * UNIT * (1 + Math.abs(x)) * sigmoid.applyAsDouble(x));
  }

  @Test
  void specialValues() {
    float inf = Float.POSITIVE_INFINITY;
    special(VectorMath::exp, inf, inf, -inf, 0f, 0f, 1f, -0f, 1f, 200f, inf, -200f, 0f);
    special(
        VectorMath::log, inf, inf, -inf, Float.NaN, 0f, -inf, -0f, -inf, 1f, 0f, -1f, Float.NaN);
    special(VectorMath::tanh, inf, 1f, -inf, -1f, 0f, 0f, -0f, -0f, 50f, 1f);
    special(VectorMath::erf, inf, 1f, -inf, -1f, 0f, 0f, -0f, -0f, 50f, 1f);
    special(VectorMath::sigmoid, inf, 1f, -inf, 0f, 0f, 0.5f);
    special(VectorMath::softplus, inf, inf, -inf, 0f);
    special(VectorMath::eluPlusOne, inf, inf, -inf, 0f, 0f, 1f, -0f, 1f);
    special(
        VectorMath::sign,
        inf,
        1f,
        -inf,
        -1f,
        0f,
        0f,
        -0f,
        -0f,
        Float.MIN_VALUE,
        1f,
        -Float.MIN_VALUE,
        -1f);
    special(VectorMath::tanh, Float.MIN_VALUE, Float.MIN_VALUE, -Float.MIN_VALUE, -Float.MIN_VALUE);
  }

  @Test
  void aLaneHasTheSameBitsAtEveryWidth() {
    for (int i = 0; i < 20_000; i++) {
      float x = (float) (-20 + 40.0 * i / 20_000);
      for (UnaryOperator<FloatVector> f : functions()) {
        float[] narrow = f.apply(FloatVector.broadcast(FloatVector.SPECIES_128, x)).toArray();
        float[] wide = f.apply(FloatVector.broadcast(FloatVector.SPECIES_512, x)).toArray();
        assertThat(Float.floatToIntBits(narrow[3])).isEqualTo(Float.floatToIntBits(wide[13]));
      }
    }
  }

  @Test
  void sumAddsEveryLaneOnce() {
    for (VectorWidth width : VectorWidth.values()) {
      VectorSpecies<Float> species = width.floats();
      float[] powers = new float[species.length()];
      for (int i = 0; i < powers.length; i++) {
        powers[i] = 1 << i;
      }
      assertThat(VectorMath.sum(FloatVector.fromArray(species, powers, 0)))
          .isEqualTo((float) ((1 << powers.length) - 1));
    }
  }

  private static List<UnaryOperator<FloatVector>> functions() {
    return List.of(
        VectorMath::exp,
        VectorMath::log,
        VectorMath::tanh,
        VectorMath::erf,
        VectorMath::sigmoid,
        VectorMath::softplus,
        VectorMath::gelu,
        VectorMath::silu);
  }

  private static void sweep(
      UnaryOperator<FloatVector> f,
      DoubleUnaryOperator exact,
      double from,
      double to,
      double ulps) {
    compare(f, exact, grid(from, to), ulps(ulps));
  }

  private static float[] grid(double from, double to) {
    float[] points = new float[POINTS];
    for (int i = 0; i < POINTS; i++) {
      points[i] = (float) (from + (to - from) * i / (POINTS - 1));
    }
    return points;
  }

  private static DoubleBinaryOperator ulps(double count) {
    return (x, expected) -> count * Math.ulp((float) expected);
  }

  /** Compares f with the exact function, within a bound that depends on argument and result. */
  private static void compare(
      UnaryOperator<FloatVector> f,
      DoubleUnaryOperator exact,
      float[] arguments,
      DoubleBinaryOperator bound) {
    VectorSpecies<Float> species = FloatVector.SPECIES_512;
    float[] results = new float[species.length()];
    for (int i = 0; i < arguments.length; i += results.length) {
      f.apply(FloatVector.fromArray(species, arguments, i)).intoArray(results, 0);
      for (int lane = 0; lane < results.length; lane++) {
        float x = arguments[i + lane];
        double expected = exact.applyAsDouble(x);
        boolean overflow = Math.abs(expected) > Float.MAX_VALUE && Float.isInfinite(results[lane]);
        double error = Math.abs(results[lane] - expected);
        if (!overflow && !(error <= bound.applyAsDouble(x, expected))) {
          fail("f(%s) is %s, expected %s", x, results[lane], expected);
        }
      }
    }
  }

  /** Pairs of argument and exact result; NaN must give NaN besides. */
  private static void special(UnaryOperator<FloatVector> f, float... pairs) {
    assertThat(apply(f, Float.NaN)).containsOnly(Float.NaN);
    for (int i = 0; i < pairs.length; i += 2) {
      assertThat(Float.floatToIntBits(apply(f, pairs[i])[0]))
          .as("f(%s)", pairs[i])
          .isEqualTo(Float.floatToIntBits(pairs[i + 1]));
    }
  }

  private static float[] apply(UnaryOperator<FloatVector> f, float x) {
    return f.apply(FloatVector.broadcast(FloatVector.SPECIES_128, x)).toArray();
  }

  /** Maclaurin series of erf below 3, continued fraction of erfc above. */
  static double erf(double x) {
    double t = Math.abs(x);
    if (t < 3) {
      double term = t;
      double sum = t;
      for (int n = 1; n < 120; n++) {
        term *= -t * t / n;
        sum += term / (2 * n + 1);
      }
      return Math.copySign(2 / Math.sqrt(Math.PI) * sum, x);
    }
    double fraction = t;
    for (int k = 60; k > 0; k--) {
      fraction = t + k / 2.0 / fraction;
    }
    return Math.copySign(1 - Math.exp(-t * t) / Math.sqrt(Math.PI) / fraction, x);
  }
}
