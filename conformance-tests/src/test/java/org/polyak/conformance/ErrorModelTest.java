package org.polyak.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ErrorModelTest {
  private static final ErrorModel F32 = new ErrorModel(Precision.F32);

  private final SplittableRandom random = new SplittableRandom(20);

  @Test
  void unitRoundOffIsTheRelativeErrorOfRoundingToNearest() {
    double justAboveHalfWay = 1 + ErrorModel.UNIT_ROUND_OFF;
    assertThat((float) justAboveHalfWay).isEqualTo(1f);
    assertThat((float) Math.nextUp(justAboveHalfWay)).isGreaterThan(1f);
  }

  @Test
  void boundIsRoundingsTimesUnitRoundOffTimesMagnitude() {
    assertThat(F32.bound(3, 5, 0)).isCloseTo(15 * 0x1p-24, within(1e-40));
    assertThat(F32.bound(0, 5, 0)).isEqualTo(5.0 * Float.MIN_VALUE);
    assertThat(F32.bound(3, 0, 0)).isZero();
  }

  @Test
  void sumsInAnyOrderStayWithinTheBoundAlsoWhereTheyCancel() {
    for (int trial = 0; trial < 200; trial++) {
      int n = random.nextInt(2, 400);
      float[] terms = terms(n);
      double exact = 0;
      double magnitude = 0;
      for (float term : terms) {
        exact += term;
        magnitude += Math.abs(term);
      }
      double bound = F32.bound(magnitude, n - 1, 0);
      assertThat((double) sequential(terms)).isCloseTo(exact, within(bound));
      assertThat((double) pairwise(terms, 0, n)).isCloseTo(exact, within(bound));
    }
  }

  @Test
  void rootMeanSquareErrorOfSumsStaysWithinItsBound() {
    int n = 600;
    double squaredError = 0;
    double squaredMagnitude = 0;
    for (int trial = 0; trial < 500; trial++) {
      float[] terms = terms(n);
      double exact = 0;
      double magnitude = 0;
      for (float term : terms) {
        exact += term;
        magnitude += Math.abs(term);
      }
      squaredError += Math.pow(sequential(terms) - exact, 2) / 500;
      squaredMagnitude += magnitude * magnitude / 500;
    }
    assertThat(Math.sqrt(squaredError))
        .isLessThan(F32.rootMeanSquareBound(Math.sqrt(squaredMagnitude), n - 1, 0));
  }

  @Test
  void sumsOfProductsOfHalfPrecisionFactorsDoNotStayWithinTheBound() {
    int n = 64;
    float[] a = terms(n);
    float[] b = terms(n);
    double exact = 0;
    double magnitude = 0;
    float rounded = 0;
    for (int i = 0; i < n; i++) {
      exact += (double) a[i] * b[i];
      magnitude += Math.abs((double) a[i] * b[i]);
      rounded += Precision.BF16.nearest(a[i]) * Precision.BF16.nearest(b[i]);
    }
    assertThat(Math.abs(rounded - exact)).isGreaterThan(F32.bound(magnitude, n, 1));
  }

  @Test
  void reducedPrecisionAddsTheRoundingOfBothFactorsOfEveryProduct() {
    double binary32 = F32.bound(3, 5, 7);
    assertThat(binary32).isEqualTo(F32.bound(3, 5, 0));
    assertThat(new ErrorModel(Precision.TF32).bound(3, 5, 7))
        .isCloseTo(binary32 + 14 * 0x1p-11 * 3, within(1e-12));
    assertThat(new ErrorModel(Precision.BF16).bound(3, 5, 7))
        .isCloseTo(binary32 + 14 * 0x1p-8 * 3, within(1e-12));
    assertThat(new ErrorModel(Precision.BF16).bound(3, 5, 0)).isEqualTo(F32.bound(3, 5, 0));
  }

  @Test
  void sumsOfProductsOfHalfPrecisionFactorsStayWithinTheBoundOfTheirPrecision() {
    for (int trial = 0; trial < 200; trial++) {
      int n = random.nextInt(1, 400);
      float[] a = terms(n);
      float[] b = terms(n);
      double exact = 0;
      double magnitude = 0;
      float rounded = 0;
      for (int i = 0; i < n; i++) {
        exact += (double) a[i] * b[i];
        magnitude += Math.abs((double) a[i] * b[i]);
        rounded += Precision.BF16.nearest(a[i]) * Precision.BF16.nearest(b[i]);
      }
      double bound = new ErrorModel(Precision.BF16).bound(magnitude, n, 1);
      assertThat((double) rounded).isCloseTo(exact, within(bound));
    }
  }

  /** The analysis says how far (1 + x) − 1 may be from x: far, relatively, where x is small. */
  @Test
  void runningAnalysisCoversCancellation() {
    for (int trial = 0; trial < 1000; trial++) {
      float x = (float) Math.scalb(random.nextDouble(-1, 1), -random.nextInt(30));
      Rounded analysis = Rounded.exact(x).plus(Rounded.exact(1)).minus(Rounded.exact(1));
      float got = (x + 1f) - 1f;
      assertThat((double) got).isCloseTo(x, within(F32.bound(analysis.error(), 1, 0)));
      assertThat(analysis.error()).isLessThan(4);
    }
  }

  @Test
  void runningAnalysisCoversFunctionsOfInexactArguments() {
    for (int trial = 0; trial < 1000; trial++) {
      float a = (float) random.nextDouble(-20, 20);
      float b = (float) random.nextDouble(-20, 20);
      Rounded sum = Rounded.exact(a).plus(Rounded.exact(b));
      Rounded analysis = sum.exponential().over(Rounded.exact(3)).logarithm();
      double want = Math.log(Math.exp((double) a + b) / 3);
      float got = (float) Math.log((float) Math.exp(a + b) / 3f);
      assertThat(analysis.value()).isCloseTo(want, within(1e-12));
      assertThat((double) got).isCloseTo(want, within(F32.bound(analysis.error(), 1, 0)));
    }
  }

  /** By erf the lower tail is mostly round-off; by erfc a number near 0 gets what erfc may lose. */
  @Test
  void normalDistributionMayBeComputedByEitherErrorFunction() {
    double upper = Rounded.exact(-1e-4).normalDistribution().error();
    assertThat(upper).isBetween(16.0, 20.0);
    Rounded lower = Rounded.exact(-5).normalDistribution();
    assertThat(lower.value()).isCloseTo(2.866515718791939e-7, within(1e-16));
    assertThat(lower.error()).isBetween(16.0, 18.0);
    assertThat(Rounded.exact(-1).normalDistribution().plus(Rounded.exact(1).normalDistribution()))
        .satisfies(one -> assertThat(one.value()).isCloseTo(1, within(1e-15)));
  }

  @Test
  void runningAnalysisOfASumIsTheErrorModel() {
    List<Rounded> terms =
        IntStream.range(0, 50).mapToObj(i -> Rounded.exact(random.nextDouble(-1, 1))).toList();
    double magnitude = terms.stream().mapToDouble(t -> Math.abs(t.value())).sum();
    assertThat(Rounded.sum(terms).error()).isCloseTo(49 * magnitude, within(1e-9));
  }

  private float[] terms(int n) {
    float[] terms = new float[n];
    for (int i = 0; i < n; i++) {
      terms[i] = (float) Math.scalb(random.nextDouble(-1, 1), random.nextInt(-10, 10));
    }
    return terms;
  }

  private static float sequential(float[] terms) {
    float sum = 0;
    for (float term : terms) {
      sum += term;
    }
    return sum;
  }

  private static float pairwise(float[] terms, int from, int to) {
    if (to - from == 1) {
      return terms[from];
    }
    int middle = (from + to) >>> 1;
    return pairwise(terms, from, middle) + pairwise(terms, middle, to);
  }
}
