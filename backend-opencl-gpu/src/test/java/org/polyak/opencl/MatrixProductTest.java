package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.DType;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/** Both families of kernels, the processor's and the GPU's, against a sum in float64. */
class MatrixProductTest {
  private static final double UNIT_ROUND_OFF = 0x1p-24;

  /** Whose kernels run. */
  enum Variant {
    PROCESSOR,
    GPU;

    Backend open() {
      return this == PROCESSOR ? TestDevice.open() : TestDevice.openLikeGpu();
    }
  }

  /** How a matrix of a batch lies in memory. */
  enum Order {
    BY_ROW {
      @Override
      Layout layout(int batch, int rows, int columns) {
        return Layout.contiguous(Shape.of(batch, rows, columns));
      }
    },
    BY_COLUMN {
      @Override
      Layout layout(int batch, int rows, int columns) {
        return Layout.contiguous(Shape.of(batch, columns, rows)).transpose(1, 2);
      }
    },
    /** Lines begin at multiples of 16 bytes, whatever their length. */
    ALIGNED_ROWS {
      @Override
      Layout layout(int batch, int rows, int columns) {
        return Layout.contiguous(Shape.of(batch, rows, (columns + 7) / 4 * 4)).slice(2, 0, columns);
      }
    },
    ALIGNED_COLUMNS {
      @Override
      Layout layout(int batch, int rows, int columns) {
        return ALIGNED_ROWS.layout(batch, columns, rows).transpose(1, 2);
      }
    },
    /** Lines begin anywhere. */
    SHIFTED_ROWS {
      @Override
      Layout layout(int batch, int rows, int columns) {
        return Layout.contiguous(Shape.of(batch, rows, columns + 1)).slice(2, 1, columns + 1);
      }
    },
    SHIFTED_COLUMNS {
      @Override
      Layout layout(int batch, int rows, int columns) {
        return SHIFTED_ROWS.layout(batch, columns, rows).transpose(1, 2);
      }
    },
    /** Neither rows nor columns are contiguous. */
    SCATTERED {
      @Override
      Layout layout(int batch, int rows, int columns) {
        long[] strides = {(2L * columns + 1) * rows + 5, 2L * columns + 1, 2};
        return Layout.strided(Shape.of(batch, rows, columns), strides, 3);
      }
    };

    abstract Layout layout(int batch, int rows, int columns);
  }

  static Stream<Arguments> variantsAndOrders() {
    return Stream.of(Variant.values())
        .flatMap(variant ->
            Stream.of(Order.values())
                .flatMap(a -> Stream.of(Order.values()).map(b -> Arguments.of(variant, a, b))));
  }

  @ParameterizedTest
  @MethodSource("variantsAndOrders")
  void everyLayoutGivesTheSumOfProducts(Variant variant, Order a, Order b) {
    try (Backend backend = variant.open()) {
      for (Order out : Order.values()) {
        check(backend, a, b, out, 2, 37, 29, 41, false);
        check(backend, a, b, out, 1, 64, 36, 33, true);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void oddAndWholeExtentsGiveTheSumOfProducts(Variant variant) {
    int[] extents = {1, 4, 31, 33, 64, 130};
    try (Backend backend = variant.open()) {
      for (int rows : extents) {
        for (int inner : extents) {
          for (int columns : extents) {
            check(
                backend,
                Order.ALIGNED_ROWS,
                Order.ALIGNED_COLUMNS,
                Order.BY_ROW,
                1,
                rows,
                inner,
                columns,
                (rows + inner + columns) % 2 == 0);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void aLongInnerAxisGivesTheSumOfProducts(Variant variant) {
    try (Backend backend = variant.open()) {
      for (boolean accumulate : new boolean[] {false, true}) {
        check(backend, Order.BY_COLUMN, Order.BY_ROW, Order.BY_ROW, 1, 36, 2500, 40, accumulate);
        check(backend, Order.BY_ROW, Order.BY_COLUMN, Order.BY_COLUMN, 3, 8, 1804, 20, accumulate);
        check(backend, Order.BY_ROW, Order.BY_ROW, Order.SCATTERED, 2, 5, 1000, 12, accumulate);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void largeProductsGiveTheSumOfProducts(Variant variant) {
    try (Backend backend = variant.open()) {
      check(backend, Order.BY_ROW, Order.BY_ROW, Order.BY_ROW, 1, 384, 64, 512, false);
      check(backend, Order.BY_ROW, Order.BY_COLUMN, Order.BY_ROW, 1, 260, 100, 300, true);
    }
  }

  /** A linear layer of few outputs, forward and backward: lines begin where they happen to. */
  @ParameterizedTest
  @EnumSource(Variant.class)
  void aShortSideGivesTheSumOfProducts(Variant variant) {
    try (Backend backend = variant.open()) {
      for (int width : new int[] {1, 2, 11, 30}) {
        check(backend, Order.BY_ROW, Order.BY_COLUMN, Order.BY_ROW, 1, 300, 64, width, false);
        check(backend, Order.BY_ROW, Order.BY_ROW, Order.BY_ROW, 1, 300, width, 64, true);
        check(backend, Order.BY_COLUMN, Order.BY_ROW, Order.BY_ROW, 1, width, 300, 64, false);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void wholeTilesFromLinesThatBeginAnywhereGiveTheSumOfProducts(Variant variant) {
    try (Backend backend = variant.open()) {
      for (Order a : new Order[] {Order.SHIFTED_ROWS, Order.SHIFTED_COLUMNS}) {
        for (Order b : new Order[] {Order.SHIFTED_ROWS, Order.SHIFTED_COLUMNS}) {
          check(backend, a, b, Order.BY_ROW, 2, 64, 48, 32, false);
        }
      }
    }
  }

  /** A device of one compute unit takes the tiles that a large device takes for large products. */
  @Test
  void theLargestTilesGiveTheSumOfProducts() {
    try (Backend backend = TestDevice.open(traits -> Traits.gpu(false, Precision.F32, 1, 256))) {
      for (Order a : new Order[] {Order.BY_ROW, Order.BY_COLUMN}) {
        for (Order b : new Order[] {Order.BY_ROW, Order.BY_COLUMN}) {
          check(backend, a, b, Order.BY_ROW, 1, 256, 48, 256, false);
          check(backend, a, b, Order.BY_ROW, 2, 260, 36, 132, true);
        }
      }
    }
  }

  /** Large enough for the GPU's variant to turn the second factor first. */
  @Test
  void aLargeFactorByColumnGivesTheSameBitsAsByRow() {
    int extent = 1024;
    try (Backend backend = TestDevice.openLikeGpu();
        Scope scope = backend.openScope("test")) {
      Random random = new Random(3);
      Layout layout = Layout.contiguous(Shape.of(extent, extent));
      Tensor a = filled(backend, scope, layout, random);
      Tensor byColumn = filled(backend, scope, layout, random).transpose(0, 1);
      Tensor byRow = scope.allocate(DType.F32, layout.shape());
      backend.kernels().copy(byColumn, byRow);
      Tensor out = scope.allocate(DType.F32, layout.shape());
      backend.kernels().matmul(a, byRow, false, out);
      float[] want = download(backend, out);
      backend.kernels().fill(out, Float.NaN);
      backend.kernels().matmul(a, byColumn, false, out);
      assertThat(download(backend, out)).isEqualTo(want);
    }
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void matricesSharedByTheBatchGiveTheSumOfProducts(Variant variant) {
    try (Backend backend = variant.open();
        Scope scope = backend.openScope("test")) {
      Random random = new Random(11);
      Tensor a = filled(backend, scope, Order.BY_ROW.layout(3, 9, 20), random);
      Tensor shared = filled(backend, scope, Order.BY_ROW.layout(1, 20, 8), random);
      Tensor b = shared.broadcastTo(Shape.of(3, 20, 8));
      Tensor out = filled(backend, scope, Order.BY_ROW.layout(3, 9, 8), random);
      expectSums(backend, a, b, false, out);
    }
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void anEmptyInnerAxisGivesZeroOrLeavesWhatWasThere(Variant variant) {
    try (Backend backend = variant.open()) {
      check(backend, Order.BY_ROW, Order.BY_ROW, Order.BY_ROW, 1, 5, 0, 8, false);
      check(backend, Order.BY_ROW, Order.BY_ROW, Order.BY_ROW, 1, 5, 0, 8, true);
    }
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void theSameProductHasTheSameBits(Variant variant) {
    try (Backend backend = variant.open();
        Scope scope = backend.openScope("test")) {
      Random random = new Random(5);
      Tensor a = filled(backend, scope, Order.BY_COLUMN.layout(1, 32, 3000), random);
      Tensor b = filled(backend, scope, Order.BY_ROW.layout(1, 3000, 32), random);
      Tensor out = scope.allocate(DType.F32, Shape.of(1, 32, 32));
      backend.kernels().matmul(a, b, false, out);
      float[] first = download(backend, out);
      for (int i = 0; i < 3; i++) {
        backend.kernels().matmul(a, b, false, out);
        assertThat(download(backend, out)).isEqualTo(first);
      }
    }
  }

  @Test
  void tensorCoresAreRefusedWhereThereAreNone() {
    TestDevice.require();
    BackendOptions options = BackendOptions.of(Map.of("type", "cpu", "precision", "tf32"));
    assertThatThrownBy(() -> new OpenClBackendProvider().open(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'precision' of opencl cannot be tf32")
        .hasMessageContaining("compute capability 8.0")
        .hasMessageContaining("Use f32");
  }

  @Test
  void anUnknownPrecisionIsRefused() {
    BackendOptions options = BackendOptions.of(Map.of("type", "cpu", "precision", "fp8"));
    assertThatThrownBy(() -> new OpenClBackendProvider().open(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Backend option 'precision' of opencl must be f32 or tf32, not 'fp8'.");
  }

  private static void check(
      Backend backend,
      Order a,
      Order b,
      Order out,
      int batch,
      int rows,
      int inner,
      int columns,
      boolean accumulate) {
    Random random = new Random(31L * rows + 7L * inner + columns);
    try (Scope scope = backend.openScope("test")) {
      expectSums(
          backend,
          filled(backend, scope, a.layout(batch, rows, inner), random),
          filled(backend, scope, b.layout(batch, inner, columns), random),
          accumulate,
          filled(backend, scope, out.layout(batch, rows, columns), random));
    }
  }

  /** Each of {@code inner + 1} roundings changes a term by at most the unit round-off. */
  private static void expectSums(
      Backend backend, Tensor a, Tensor b, boolean accumulate, Tensor out) {
    float[] left = download(backend, a);
    float[] right = download(backend, b);
    float[] before = download(backend, out);
    backend.kernels().matmul(a, b, accumulate, out);
    float[] result = download(backend, out);
    int rows = out.shape().dim(1);
    int inner = a.shape().dim(2);
    int columns = out.shape().dim(2);
    for (int i = 0; i < result.length; i++) {
      int matrix = i / (rows * columns);
      int row = i / columns % rows;
      double sum = accumulate ? before[i] : 0;
      double magnitude = Math.abs(sum);
      for (int k = 0; k < inner; k++) {
        double term =
            (double) left[(matrix * rows + row) * inner + k]
                * right[(matrix * inner + k) * columns + i % columns];
        sum += term;
        magnitude += Math.abs(term);
      }
      double error = Math.abs(result[i] - sum);
      double bound = (inner + 1) * UNIT_ROUND_OFF * magnitude;
      if (!(error <= bound)) {
        assertThat(result[i])
            .as("element %d of %s times %s into %s, bound %s", i, a, b, out, bound)
            .isEqualTo((float) sum);
      }
    }
  }

  private static Tensor filled(Backend backend, Scope scope, Layout layout, Random random) {
    Tensor memory = scope.allocate(DType.F32, Shape.of((int) Math.max(1, layout.end())));
    float[] values = new float[(int) layout.shape().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Tensor tensor = memory.view(layout);
    if (values.length > 0) {
      backend.upload(MemorySegment.ofArray(values), tensor);
    }
    return tensor;
  }

  private static float[] download(Backend backend, Tensor tensor) {
    float[] values = new float[(int) tensor.shape().size()];
    if (values.length > 0) {
      backend.download(tensor, MemorySegment.ofArray(values));
    }
    return values;
  }
}
