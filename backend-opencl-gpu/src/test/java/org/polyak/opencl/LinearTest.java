package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.opencl.MatrixProductTest.Variant;
import org.polyak.spi.Backend;
import org.polyak.spi.Layout;
import org.polyak.spi.Profile;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.DropoutHash;
import org.polyak.spi.fused.DropoutMask;
import org.polyak.spi.fused.LinearKernel;
import org.polyak.spi.fused.Support;

/** The epilogue of every kernel of products, against sums in float64. */
class LinearTest {
  static Stream<Arguments> variants() {
    return Stream.of(Variant.values())
        .flatMap(variant ->
            Stream.of(Activation.IDENTITY, Activation.RELU)
                .map(activation -> Arguments.of(variant, activation)));
  }

  @ParameterizedTest
  @MethodSource("variants")
  void wholeAndOddExtentsGiveTheLayer(Variant variant, Activation activation) {
    try (Backend backend = variant.open()) {
      check(backend, activation, 64, 32, 64, 0);
      check(backend, activation, 256, 48, 256, 0);
      check(backend, activation, 37, 36, 41, 0);
      check(backend, activation, 1, 8, 3, 0);
    }
  }

  /** A GPU divides a long inner axis, and adds the bias to the sum of the parts. */
  @ParameterizedTest
  @MethodSource("variants")
  void aLongInnerAxisGivesTheLayer(Variant variant, Activation activation) {
    try (Backend backend = variant.open()) {
      check(backend, activation, 36, 2500, 40, 0);
    }
  }

  /** Factors that tiles cannot copy by quads take the general kernel. */
  @ParameterizedTest
  @MethodSource("variants")
  void oddOffsetsGiveTheLayer(Variant variant, Activation activation) {
    try (Backend backend = variant.open()) {
      check(backend, activation, 64, 32, 64, 5);
      check(backend, activation, 70, 33, 70, 1);
    }
  }

  @ParameterizedTest
  @MethodSource("variants")
  void theLayerLaunchesWhatItsProductDoes(Variant variant, Activation activation) {
    try (Backend backend = variant.open();
        Scope scope = backend.openScope("test")) {
      HostData host = new HostData(backend, scope);
      Tensor in = host.empty(64, 32);
      Tensor weight = host.empty(64, 32);
      Tensor out = host.empty(64, 64);
      backend.profile();
      backend.kernels().matmul(in, weight.transpose(0, 1), false, out);
      Profile product = backend.profile().orElseThrow();
      kernel(backend, activation).forward(in, weight, host.empty(64), DropoutMask.NONE, out);
      Profile layer = backend.profile().orElseThrow();
      assertThat(layer.kernels()).isNotEmpty().isEqualTo(product.kernels());
    }
  }

  /** One pass over the gradient, which stays where it is, and one over the sums of its slabs. */
  @ParameterizedTest
  @MethodSource("variants")
  void gradientsFollowFromTheResult(Variant variant, Activation activation) {
    gradients(variant, activation, DropoutMask.NONE);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void droppedElementsGetNoGradient(Variant variant, Activation activation) {
    gradients(variant, activation, new DropoutMask(0.4, 5));
  }

  private static void gradients(Variant variant, Activation activation, DropoutMask dropout) {
    int rows = 200;
    int width = 24;
    float[] result = HostData.random(1, (long) rows * width);
    for (int i = 0; i < result.length; i++) {
      result[i] = activation == Activation.RELU ? Math.max(0, result[i]) : result[i];
    }
    float[] dy = HostData.random(2, (long) rows * width);
    double[] want = new double[dy.length];
    double[] sums = new double[width];
    double[] magnitudes = new double[width];
    for (int i = 0; i < want.length; i++) {
      boolean kept = DropoutHash.uniform(dropout.seed(), i) >= dropout.rate();
      float passed = activation == Activation.IDENTITY || result[i] > 0 ? dy[i] : 0;
      want[i] = kept ? passed * (float) (1 / (1 - dropout.rate())) : 0;
      sums[i % width] += want[i];
      magnitudes[i % width] += Math.abs(want[i]);
    }
    try (Backend backend = variant.open();
        Scope scope = backend.openScope("test")) {
      HostData host = new HostData(backend, scope);
      Tensor outGradient = host.floats(dy, rows, width);
      boolean same = activation == Activation.IDENTITY && !dropout.drops();
      Tensor product = same ? outGradient : host.empty(rows, width);
      Tensor bias = host.empty(width);
      Tensor out = host.floats(result, rows, width);
      kernel(backend, activation).backward(out, dropout, outGradient, product, bias);
      HostData.assertClose("product", host.read(product), want, want, 0);
      HostData.assertClose("bias", host.read(bias), sums, magnitudes, rows);
    }
  }

  private static void check(
      Backend backend, Activation activation, int rows, int inner, int columns, int offset) {
    check(backend, activation, DropoutMask.NONE, rows, inner, columns, offset);
    check(backend, activation, new DropoutMask(0.4, 5), rows, inner, columns, offset);
  }

  private static void check(
      Backend backend,
      Activation activation,
      DropoutMask dropout,
      int rows,
      int inner,
      int columns,
      int offset) {
    float[] x = HostData.random(rows, (long) rows * inner);
    float[] w = HostData.random(inner, (long) columns * inner);
    float[] b = HostData.random(columns, columns);
    double[] want = new double[rows * columns];
    double[] magnitudes = new double[want.length];
    for (int i = 0; i < want.length; i++) {
      double sum = b[i % columns];
      double magnitude = Math.abs(sum);
      for (int k = 0; k < inner; k++) {
        double term = (double) x[i / columns * inner + k] * w[i % columns * inner + k];
        sum += term;
        magnitude += Math.abs(term);
      }
      boolean kept = DropoutHash.uniform(dropout.seed(), i) >= dropout.rate();
      double factor = kept ? 1 / (1 - dropout.rate()) : 0;
      want[i] = factor * (activation == Activation.RELU ? Math.max(0, sum) : sum);
      magnitudes[i] = factor * magnitude;
    }
    try (Scope scope = backend.openScope("test")) {
      HostData host = new HostData(backend, scope);
      Tensor out = host.upload(new float[want.length], layout(offset, rows, columns));
      kernel(backend, activation)
          .forward(
              host.upload(x, layout(offset, rows, inner)),
              host.upload(w, layout(offset, columns, inner)),
              host.upload(b, layout(offset, columns)),
              dropout,
              out);
      String what = "%d rows of %d to %d at %d".formatted(rows, inner, columns, offset);
      HostData.assertClose(what, host.read(out), want, magnitudes, inner + 2);
    }
  }

  private static Layout layout(int offset, int... dims) {
    Layout contiguous = Layout.contiguous(Shape.of(dims));
    long[] strides = new long[dims.length];
    Arrays.setAll(strides, contiguous::stride);
    return Layout.strided(contiguous.shape(), strides, offset);
  }

  private static LinearKernel kernel(Backend backend, Activation activation) {
    Support<LinearKernel> support = backend.fused().linear(activation);
    return ((Support.Native<LinearKernel>) support).kernel();
  }
}
