package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.DType;
import org.polyak.spi.Kernels;
import org.polyak.spi.Layout;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

class CpuKernelsTest {
  private static final double UNIT = 0x1p-24;
  private static final int CASES = 60;

  private Backend backend;
  private Scope scope;
  private Kernels kernels;
  private Random random;
  private Views views;

  @BeforeEach
  void open() {
    backend = new CpuBackendProvider().open(BackendOptions.of(Map.of("threads", "3")));
    scope = backend.openScope("test");
    kernels = backend.kernels();
    random = new Random(42);
    views = new Views(scope, random);
  }

  @AfterEach
  void close() {
    scope.close();
    backend.close();
  }

  @ParameterizedTest
  @EnumSource(UnaryOp.class)
  void unaryOperationsOnAnyView(UnaryOp op) {
    double ulps = op == UnaryOp.ERROR_FUNCTION ? VectorMathTest.ERF_ULPS : 4;
    for (int i = 0; i < CASES; i++) {
      Shape shape = views.shape(random.nextInt(4));
      Tensor in = views.input(shape);
      Tensor out = views.output(shape);
      kernels.unary(op, in, out);
      float[] x = Views.values(in);
      float[] y = Views.values(out);
      for (int j = 0; j < x.length; j++) {
        double expected = exact(op).applyAsDouble(x[j]);
        if (!close(y[j], expected, ulps * Math.ulp((float) expected))) {
          fail("%s(%s) is %s, expected %s, %s to %s", op, x[j], y[j], expected, in, out);
        }
      }
      Views.assertNothingElseWritten(out);
    }
  }

  @ParameterizedTest
  @EnumSource(UnaryOp.class)
  void unaryOperationsPropagateNan(UnaryOp op) {
    Tensor in = scope.allocate(DType.F32, Shape.of(37));
    kernels.fill(in, Double.NaN);
    kernels.unary(op, in, in);
    assertThat(Views.values(in)).containsOnly(Float.NaN);
  }

  @ParameterizedTest
  @EnumSource(BinaryOp.class)
  void binaryOperationsOnAnyViews(BinaryOp op) {
    for (int i = 0; i < CASES; i++) {
      Shape shape = views.shape(random.nextInt(4));
      Tensor a = views.input(shape);
      Tensor b = random.nextInt(5) == 0 ? a : views.input(shape);
      Tensor out = views.output(shape);
      kernels.binary(op, a, b, out);
      float[] x = Views.values(a);
      float[] y = Views.values(b);
      float[] z = Views.values(out);
      for (int j = 0; j < x.length; j++) {
        float expected = (float) exact(op).applyAsDouble(x[j], y[j]);
        if (z[j] != expected) {
          fail("%s(%s, %s) is %s, expected %s, %s %s", op, x[j], y[j], z[j], expected, a, b);
        }
      }
      Views.assertNothingElseWritten(out);
    }
  }

  @Test
  void maximumAndMinimumPropagateNanFromEitherSideAndComparisonsAreFalse() {
    Tensor nan = scope.allocate(DType.F32, Shape.of(21));
    Tensor one = scope.allocate(DType.F32, Shape.of(21));
    Tensor out = scope.allocate(DType.F32, Shape.of(21));
    kernels.fill(nan, Double.NaN);
    kernels.fill(one, 1);
    for (BinaryOp op : new BinaryOp[] {BinaryOp.MAXIMUM, BinaryOp.MINIMUM}) {
      kernels.binary(op, nan, one, out);
      assertThat(Views.values(out)).containsOnly(Float.NaN);
      kernels.binary(op, one, nan, out);
      assertThat(Views.values(out)).containsOnly(Float.NaN);
    }
    for (BinaryOp op : new BinaryOp[] {BinaryOp.LESS, BinaryOp.EQUAL}) {
      kernels.binary(op, nan, one, out);
      assertThat(Views.values(out)).containsOnly(0f);
      kernels.binary(op, one, nan, out);
      assertThat(Views.values(out)).containsOnly(0f);
    }
  }

  @Test
  void elementwiseVerbsWorkInPlace() {
    Tensor a = views.output(Shape.of(5, 300));
    kernels.fill(a, 3);
    kernels.unary(UnaryOp.SQUARE, a, a);
    kernels.binary(BinaryOp.ADD, a, a, a);
    assertThat(Views.values(a)).containsOnly(18f);
    Views.assertNothingElseWritten(a);
  }

  @Test
  void selectTakesTheChosenValueEvenBesideNan() {
    for (int i = 0; i < CASES; i++) {
      Shape shape = views.shape(random.nextInt(4));
      Tensor condition = views.input(shape);
      float[] flags = CpuBuffer.floats(condition);
      for (int at : Views.positions(condition.layout())) {
        flags[at] = random.nextInt(3) - 1;
      }
      Tensor a = views.input(shape);
      Tensor b = views.output(shape);
      Tensor out = views.output(shape);
      kernels.select(condition, a, b, out);
      float[] chosen = Views.values(condition);
      float[] left = Views.values(a);
      float[] result = Views.values(out);
      for (int j = 0; j < result.length; j++) {
        assertThat(result[j]).isEqualTo(chosen[j] != 0 ? (Float) left[j] : (Float) Float.NaN);
      }
    }
  }

  @Test
  void fillAndCopyOnAnyViews() {
    for (int i = 0; i < CASES; i++) {
      Shape shape = views.shape(random.nextInt(5));
      Tensor in = views.input(shape);
      Tensor out = views.output(shape);
      kernels.copy(in, out);
      assertThat(Views.values(out)).isEqualTo(Views.values(in));
      Views.assertNothingElseWritten(out);
      kernels.fill(out, 0.1);
      assertThat(Views.values(out)).containsOnly(0.1f);
      Views.assertNothingElseWritten(out);
    }
  }

  @Test
  void integersAreFilledRoundedTowardsZeroAndCopied() {
    Tensor a = scope.allocate(DType.I32, Shape.of(4, 6));
    Tensor b = scope.allocate(DType.I32, Shape.of(6, 4));
    kernels.fill(a, -2.9);
    kernels.fill(a.slice(1, 2, 4), 7.9);
    kernels.copy(a.transpose(0, 1), b);
    int[] data = CpuBuffer.ints(b);
    for (int i = 0; i < 24; i++) {
      assertThat(data[CpuBuffer.FIRST + i]).isEqualTo(i / 4 == 2 || i / 4 == 3 ? 7 : -2);
    }
  }

  @ParameterizedTest
  @EnumSource(ReduceOp.class)
  void reductionsOverAnyAxis(ReduceOp op) {
    for (int i = 0; i < 3 * CASES; i++) {
      Shape shape = views.shape(1 + random.nextInt(4));
      checkReduction(op, views.input(shape), random.nextInt(shape.rank()));
    }
  }

  @ParameterizedTest
  @EnumSource(ReduceOp.class)
  void reductionsOverLongAxesAreCutIntoPieces(ReduceOp op) {
    for (int[] dims : new int[][] {{300_001}, {2, 140_000}, {2111, 37}, {2, 1500, 5}}) {
      for (int axis = 0; axis < dims.length; axis++) {
        checkReduction(op, views.input(Shape.of(dims)), axis);
      }
    }
  }

  private void checkReduction(ReduceOp op, Tensor in, int axis) {
    Tensor out = views.output(in.shape().with(axis, 1));
    kernels.reduce(op, in, axis, out);
    int[] targets = Views.positions(out.layout());
    Layout repeated = out.layout().broadcastTo(in.shape());
    float[] values = Views.values(in);
    int[] positions = Views.positions(repeated);
    double[] expected = new double[CpuBuffer.FIRST + Math.toIntExact(out.buffer().elements())];
    double[] magnitude = new double[expected.length];
    Arrays.fill(expected, op == ReduceOp.SUM ? 0 : Double.NEGATIVE_INFINITY);
    for (int j = 0; j < values.length; j++) {
      int at = positions[j];
      expected[at] =
          op == ReduceOp.SUM ? expected[at] + values[j] : Math.max(expected[at], values[j]);
      magnitude[at] += Math.abs(values[j]);
    }
    float[] data = CpuBuffer.floats(out);
    // At most 32 additions in a row, then halves: at most 64 roundings on the way of any element.
    double roundings = Math.min(64, in.shape().dim(axis));
    for (int at : targets) {
      double bound = op == ReduceOp.SUM ? roundings * UNIT * magnitude[at] : 0;
      if (!close(data[at], expected[at], bound)) {
        fail("%s of %s over axis %d is %s, expected %s", op, in, axis, data[at], expected[at]);
      }
    }
    Views.assertNothingElseWritten(out);
  }

  @Test
  void reductionsOfAnEmptyAxisGiveTheNeutralElement() {
    Tensor in = scope.allocate(DType.F32, Shape.of(3, 0, 2));
    Tensor out = scope.allocate(DType.F32, Shape.of(3, 1, 2));
    kernels.reduce(ReduceOp.SUM, in, 1, out);
    assertThat(Views.values(out)).containsOnly(0f);
    kernels.reduce(ReduceOp.MAXIMUM, in, 1, out);
    assertThat(Views.values(out)).containsOnly(Float.NEGATIVE_INFINITY);
  }

  @Test
  void theMaximumPropagatesNanFromAnyPlace() {
    Tensor in = scope.allocate(DType.F32, Shape.of(40, 40));
    Tensor out = scope.allocate(DType.F32, Shape.of(40, 1));
    for (int place = 0; place < 40; place++) {
      kernels.fill(in, 1);
      kernels.fill(in.slice(1, place, place + 1), Double.NaN);
      kernels.reduce(ReduceOp.MAXIMUM, in, 1, out);
      assertThat(Views.values(out)).containsOnly(Float.NaN);
      kernels.reduce(ReduceOp.MAXIMUM, in.transpose(0, 1), 0, out.transpose(0, 1));
      assertThat(Views.values(out)).containsOnly(Float.NaN);
    }
  }

  @Test
  void cumulativeSumsRunEitherWayAlongAnyAxis() {
    for (int i = 0; i < 3 * CASES; i++) {
      Shape shape = views.shape(1 + random.nextInt(4));
      int axis = random.nextInt(shape.rank());
      boolean reversed = random.nextBoolean();
      Tensor in = views.input(shape);
      Tensor out = views.output(shape);
      kernels.cumulativeSum(in, axis, reversed, out);
      int step = 1;
      for (int later = axis + 1; later < shape.rank(); later++) {
        step *= shape.dim(later);
      }
      float[] x = Views.values(in);
      float[] y = Views.values(out);
      for (int j = 0; j < x.length; j++) {
        int index = j / step % shape.dim(axis);
        int terms = reversed ? shape.dim(axis) - index : index + 1;
        double sum = 0;
        for (int k = 0; k < terms; k++) {
          sum += x[reversed ? j + k * step : j - k * step];
        }
        // Summed in double precision, rounded once.
        if (y[j] != (float) sum) {
          fail("%s axis %d reversed %s is %s, expected %s", in, axis, reversed, y[j], sum);
        }
      }
      Views.assertNothingElseWritten(out);
    }
  }

  @Test
  void gatherAndScatterAddOnAnyViews() {
    for (int i = 0; i < CASES; i++) {
      int vocabulary = 1 + random.nextInt(9);
      int width = 1 + random.nextInt(150);
      int count = random.nextInt(40);
      Tensor table = views.input(Shape.of(vocabulary, width));
      Tensor indices = views.indices(count, vocabulary);
      int[] index = CpuBuffer.ints(indices);
      int[] places = Views.positions(indices.layout());
      Tensor gathered = views.output(Shape.of(count, width));
      kernels.gatherRows(table, indices, gathered);
      float[] rows = Views.values(table);
      float[] result = Views.values(gathered);
      for (int j = 0; j < result.length; j++) {
        assertThat(result[j]).isEqualTo(rows[index[places[j / width]] * width + j % width]);
      }
      Views.assertNothingElseWritten(gathered);

      Tensor sums = views.output(Shape.of(vocabulary, width));
      kernels.fill(sums, 1);
      kernels.scatterAddRows(gathered, indices, sums);
      float[] expected = new float[vocabulary * width];
      Arrays.fill(expected, 1);
      for (int j = 0; j < result.length; j++) {
        expected[index[places[j / width]] * width + j % width] += result[j];
      }
      assertThat(Views.values(sums)).isEqualTo(expected);
      Views.assertNothingElseWritten(sums);
    }
  }

  @Test
  void anIndexOutOfRangeIsNamedAndNothingIsWritten() {
    Tensor table = scope.allocate(DType.F32, Shape.of(4, 3));
    Tensor rows = scope.allocate(DType.F32, Shape.of(2, 3));
    Tensor indices = scope.allocate(DType.I32, Shape.of(2));
    kernels.fill(table, 5);
    kernels.fill(rows, 1);
    int[] index = CpuBuffer.ints(indices);
    index[CpuBuffer.FIRST] = 2;
    for (int wrong : new int[] {-1, 4}) {
      index[CpuBuffer.FIRST + 1] = wrong;
      assertThatThrownBy(() -> kernels.gatherRows(table, indices, rows))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessageContaining("index " + wrong + " at position 1")
          .hasMessageContaining("4 rows");
      assertThatThrownBy(() -> kernels.scatterAddRows(rows, indices, table))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(Views.values(rows)).containsOnly(1f);
      assertThat(Views.values(table)).containsOnly(5f);
    }
  }

  @Test
  void matmulOnAnyViewsAndBatches() {
    for (int i = 0; i < 3 * CASES; i++) {
      Shape batch = views.shape(random.nextInt(3));
      Shape mnk = views.shape(3);
      Tensor a = views.input(append(batch, mnk.dim(0), mnk.dim(2)));
      Tensor b = views.input(append(batch, mnk.dim(2), mnk.dim(1)));
      if (random.nextBoolean()) {
        Tensor one = views.input(Shape.of(mnk.dim(2), mnk.dim(1)));
        b = one.broadcastTo(b.shape());
      }
      Tensor out = views.output(append(batch, mnk.dim(0), mnk.dim(1)));
      boolean accumulate = random.nextBoolean();
      if (accumulate) {
        kernels.fill(out, 0.75);
      }
      kernels.matmul(a, b, accumulate, out);
      checkProduct(a, b, accumulate ? 0.75 : 0, out);
    }
  }

  private static void checkProduct(Tensor a, Tensor b, double start, Tensor out) {
    int m = out.shape().dim(-2);
    int n = out.shape().dim(-1);
    int depth = a.shape().dim(-1);
    float[] left = Views.values(a);
    float[] right = Views.values(b);
    float[] result = Views.values(out);
    for (int j = 0; j < result.length; j++) {
      int product = j / (m * n);
      int row = j / n % m;
      double sum = start;
      double magnitude = Math.abs(start);
      for (int k = 0; k < depth; k++) {
        double term =
            (double) left[(product * m + row) * depth + k]
                * right[(product * depth + k) * n + j % n];
        sum += term;
        magnitude += Math.abs(term);
      }
      if (!close(result[j], sum, (depth + 2) * UNIT * magnitude)) {
        fail("%s times %s to %s is %s, expected %s", a, b, out, result[j], sum);
      }
    }
    Views.assertNothingElseWritten(out);
  }

  @Test
  void emptyTensorsAreLeftAlone() {
    Tensor empty = scope.allocate(DType.F32, Shape.of(0, 3));
    kernels.fill(empty, 1);
    kernels.copy(empty, empty);
    kernels.unary(UnaryOp.TANH, empty, empty);
    kernels.binary(BinaryOp.ADD, empty, empty, empty);
    kernels.cumulativeSum(empty, 1, false, empty);
    Tensor square = scope.allocate(DType.F32, Shape.of(3, 3));
    kernels.fill(square, 2);
    kernels.matmul(empty, square, false, empty);
    kernels.matmul(empty.transpose(0, 1), empty, true, square);
    assertThat(Views.values(square)).containsOnly(2f);
    kernels.matmul(empty.transpose(0, 1), empty, false, square);
    assertThat(Views.values(square)).containsOnly(0f);
  }

  private static Shape append(Shape batch, int rows, int columns) {
    int[] dims = Arrays.copyOf(batch.dims(), batch.rank() + 2);
    dims[batch.rank()] = rows;
    dims[batch.rank() + 1] = columns;
    return Shape.of(dims);
  }

  private static boolean close(double actual, double expected, double bound) {
    return Double.isNaN(expected)
        ? Double.isNaN(actual)
        : actual == expected || Math.abs(actual - expected) <= bound;
  }

  private static DoubleUnaryOperator exact(UnaryOp op) {
    return switch (op) {
      case NEGATE -> x -> -x;
      case ABSOLUTE -> Math::abs;
      case SIGN -> Math::signum;
      case SQUARE -> x -> x * x;
      case SQUARE_ROOT -> Math::sqrt;
      case RECIPROCAL -> x -> 1 / x;
      case EXPONENTIAL -> Math::exp;
      case LOGARITHM -> Math::log;
      case TANH -> Math::tanh;
      case ERROR_FUNCTION -> VectorMathTest::erf;
      case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
      case SOFTPLUS -> x -> Math.log1p(Math.exp(x));
      case RELU -> x -> Math.max(x, 0);
      case ELU_PLUS_ONE -> x -> x > 0 ? x + 1 : Math.exp(x);
    };
  }

  private static DoubleBinaryOperator exact(BinaryOp op) {
    return switch (op) {
      case ADD -> Double::sum;
      case SUBTRACT -> (a, b) -> a - b;
      case MULTIPLY -> (a, b) -> a * b;
      case DIVIDE -> (a, b) -> a / b;
      case MAXIMUM -> Math::max;
      case MINIMUM -> Math::min;
      case LESS -> (a, b) -> a < b ? 1 : 0;
      case EQUAL -> (a, b) -> a == b ? 1 : 0;
    };
  }
}
