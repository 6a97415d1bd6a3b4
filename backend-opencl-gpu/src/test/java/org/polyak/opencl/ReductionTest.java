package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.spi.Backend;
import org.polyak.spi.DType;
import org.polyak.spi.Layout;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/** Long axes in slabs, and every way in which work-items share them, against float64. */
class ReductionTest {
  /**
   * A three-dimensional tensor and the axis to go along.
   *
   * @param shift where it begins
   * @param transposed whether its last two axes lie the other way round in memory
   */
  record Case(
      boolean likeGpu, int outer, int middle, int inner, int axis, int shift, boolean transposed) {
    Shape shape() {
      return Shape.of(outer, middle, inner);
    }

    Layout layout() {
      Shape stored = transposed ? Shape.of(outer, inner, middle) : shape();
      long[] strides = Layout.contiguous(stored).strides();
      Layout layout = Layout.strided(stored, strides, shift);
      return transposed ? layout.transpose(1, 2) : layout;
    }

    int length() {
      return shape().dim(axis);
    }

    /** Distance of neighbours along the axis, in row-major order. */
    int step() {
      return axis == 2 ? 1 : axis == 1 ? inner : middle * inner;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(false, true)
        .flatMap(gpu ->
            Stream.of(
                new Case(gpu, 1, 1, 100_003, 2, 0, false),
                new Case(gpu, 1, 1, 50_000, 2, 3, false),
                new Case(gpu, 1, 60_001, 3, 1, 0, false),
                new Case(gpu, 1, 9_000, 40, 1, 1, false),
                new Case(gpu, 3, 5_000, 7, 1, 0, true),
                new Case(gpu, 2, 33, 260, 2, 0, false),
                new Case(gpu, 2, 33, 261, 2, 0, false),
                new Case(gpu, 2, 33, 70, 2, 0, true),
                new Case(gpu, 500, 3, 5, 0, 0, false),
                new Case(gpu, 300, 2, 4, 2, 0, false)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sumsAgreeWithSumsInDouble(Case c) {
    float[] x = HostData.random(c.length(), c.shape().size());
    double[] sums = new double[x.length / c.length()];
    double[] magnitudes = new double[sums.length];
    for (int i = 0; i < x.length; i++) {
      sums[result(c, i)] += x[i];
      magnitudes[result(c, i)] += Math.abs(x[i]);
    }
    HostData.assertClose("sum", reduce(c, ReduceOp.SUM, x), sums, magnitudes, c.length());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void maximaAreExactAndKeepNotANumber(Case c) {
    float[] x = HostData.random(c.length(), c.shape().size());
    x[x.length - 1] = Float.NaN;
    float[] largest = new float[x.length / c.length()];
    Arrays.fill(largest, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < x.length; i++) {
      largest[result(c, i)] = Math.max(largest[result(c, i)], x[i]);
    }
    assertThat(reduce(c, ReduceOp.MAXIMUM, x)).isEqualTo(largest);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void runningSumsAgreeWithSumsInDoubleFromEitherEnd(Case c) {
    float[] x = HostData.random(c.length(), c.shape().size());
    for (boolean reversed : new boolean[] {false, true}) {
      double[] sums = new double[x.length];
      double[] magnitudes = new double[x.length];
      for (int n = 0; n < x.length; n++) {
        int i = reversed ? x.length - 1 - n : n;
        int position = i / c.step() % c.length();
        boolean first = position == (reversed ? c.length() - 1 : 0);
        int before = reversed ? i + c.step() : i - c.step();
        sums[i] = x[i] + (first ? 0 : sums[before]);
        magnitudes[i] = Math.abs(x[i]) + (first ? 0 : magnitudes[before]);
      }
      try (Backend backend = open(c);
          Scope scope = backend.openScope("test")) {
        HostData data = new HostData(backend, scope);
        Tensor out = data.empty(c.outer(), c.middle(), c.inner());
        backend.kernels().cumulativeSum(data.upload(x, c.layout()), c.axis(), reversed, out);
        HostData.assertClose("running sum", data.read(out), sums, magnitudes, c.length());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everySumHasTheSameBits(Case c) {
    float[] x = HostData.random(c.length(), c.shape().size());
    assertThat(reduce(c, ReduceOp.SUM, x)).isEqualTo(reduce(c, ReduceOp.SUM, x));
  }

  private static float[] reduce(Case c, ReduceOp op, float[] x) {
    try (Backend backend = open(c);
        Scope scope = backend.openScope("test")) {
      HostData data = new HostData(backend, scope);
      Tensor out = scope.allocate(DType.F32, c.shape().with(c.axis(), 1));
      backend.kernels().reduce(op, data.upload(x, c.layout()), c.axis(), out);
      return data.read(out);
    }
  }

  /** The result that an element belongs to. */
  private static int result(Case c, int i) {
    return i / (c.step() * c.length()) * c.step() + i % c.step();
  }

  private static Backend open(Case c) {
    return c.likeGpu() ? TestDevice.openLikeGpu() : TestDevice.open();
  }
}
