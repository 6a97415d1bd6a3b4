package com.example.heap;

import static com.example.heap.HeapBuffer.floats;
import static com.example.heap.HeapBuffer.integers;

import org.polyak.spi.BinaryOp;
import org.polyak.spi.DType;
import org.polyak.spi.Kernels;
import org.polyak.spi.Layout;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/** The verbs, one loop each. */
final class HeapKernels implements Kernels {
  @Override
  public void fill(Tensor out, double value) {
    if (out.dtype() == DType.F32) {
      float[] o = floats(out);
      Loop.over(out.shape(), p -> o[p[0]] = (float) value, out.layout());
    } else {
      int[] o = integers(out);
      Loop.over(out.shape(), p -> o[p[0]] = (int) value, out.layout());
    }
  }

  @Override
  public void copy(Tensor in, Tensor out) {
    if (in.dtype() == DType.F32) {
      float[] x = floats(in);
      float[] o = floats(out);
      Loop.over(in.shape(), p -> o[p[1]] = x[p[0]], in.layout(), out.layout());
    } else {
      int[] x = integers(in);
      int[] o = integers(out);
      Loop.over(in.shape(), p -> o[p[1]] = x[p[0]], in.layout(), out.layout());
    }
  }

  @Override
  public void unary(UnaryOp op, Tensor in, Tensor out) {
    float[] x = floats(in);
    float[] o = floats(out);
    Loop.over(in.shape(), p -> o[p[1]] = apply(op, x[p[0]]), in.layout(), out.layout());
  }

  @Override
  public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
    float[] x = floats(a);
    float[] y = floats(b);
    float[] o = floats(out);
    Loop.over(
        a.shape(),
        p -> o[p[2]] = apply(op, x[p[0]], y[p[1]]),
        a.layout(),
        b.layout(),
        out.layout());
  }

  @Override
  public void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
    float[] c = floats(condition);
    float[] x = floats(a);
    float[] y = floats(b);
    float[] o = floats(out);
    Loop.over(
        a.shape(),
        p -> o[p[3]] = c[p[0]] != 0 ? x[p[1]] : y[p[2]],
        condition.layout(),
        a.layout(),
        b.layout(),
        out.layout());
  }

  @Override
  public void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
    fill(out, op == ReduceOp.SUM ? 0 : Double.NEGATIVE_INFINITY);
    float[] x = floats(in);
    float[] o = floats(out);
    BinaryOp step = op == ReduceOp.SUM ? BinaryOp.ADD : BinaryOp.MAXIMUM;
    Loop.over(
        in.shape(),
        p -> o[p[1]] = apply(step, o[p[1]], x[p[0]]),
        in.layout(),
        stretched(out.layout(), axis, in.shape()));
  }

  @Override
  public void cumulativeSum(Tensor in, int axis, boolean reversed, Tensor out) {
    float[] x = floats(in);
    float[] o = floats(out);
    int length = in.shape().dim(axis);
    int inStride = (int) in.layout().stride(axis);
    int outStride = (int) out.layout().stride(axis);
    Loop.over(
        in.shape().with(axis, Math.min(1, length)),
        p -> {
          float sum = 0;
          for (int i = 0; i < length; i++) {
            int at = reversed ? length - 1 - i : i;
            sum += x[p[0] + at * inStride];
            o[p[1] + at * outStride] = sum;
          }
        },
        in.layout(),
        out.layout());
  }

  @Override
  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
    float[] x = floats(a);
    float[] y = floats(b);
    float[] o = floats(out);
    int inner = a.shape().dim(-1);
    int xStride = (int) a.layout().stride(-1);
    int yStride = (int) b.layout().stride(-2);
    Shape shape = out.shape();
    Loop.over(
        shape,
        p -> {
          float sum = accumulate ? o[p[2]] : 0;
          for (int k = 0; k < inner; k++) {
            sum += x[p[0] + k * xStride] * y[p[1] + k * yStride];
          }
          o[p[2]] = sum;
        },
        stretched(a.layout(), shape.rank() - 1, shape),
        stretched(b.layout(), shape.rank() - 2, shape),
        out.layout());
  }

  @Override
  public void gatherRows(Tensor table, Tensor indices, Tensor out) {
    for (int r = 0; r < out.shape().dim(0); r++) {
      int row = index(indices, r, table);
      copy(table.slice(0, row, row + 1), out.slice(0, r, r + 1));
    }
  }

  @Override
  public void scatterAddRows(Tensor rows, Tensor indices, Tensor table) {
    for (int r = 0; r < rows.shape().dim(0); r++) {
      int row = index(indices, r, table);
      Tensor target = table.slice(0, row, row + 1);
      binary(BinaryOp.ADD, target, rows.slice(0, r, r + 1), target);
    }
  }

  private static int index(Tensor indices, int r, Tensor table) {
    int row = integers(indices)[(int) (indices.layout().offset() + r * indices.layout().stride(0))];
    if (row < 0 || row >= table.shape().dim(0)) {
      throw new IndexOutOfBoundsException(
          "Index %d of row %d lies outside a table of %s.".formatted(row, r, table.shape()));
    }
    return row;
  }

  /** The layout of a whole shape that stays where it is along one axis. */
  private static Layout stretched(Layout layout, int axis, Shape shape) {
    long[] strides = layout.strides();
    strides[axis] = 0;
    return Layout.strided(shape, strides, layout.offset());
  }

  private static float apply(UnaryOp op, float x) {
    return (float)
        switch (op) {
          case NEGATE -> -x;
          case ABSOLUTE -> Math.abs(x);
          case SIGN -> Math.signum(x);
          case SQUARE -> x * x;
          case SQUARE_ROOT -> Math.sqrt(x);
          case RECIPROCAL -> 1 / x;
          case EXPONENTIAL -> Math.exp(x);
          case LOGARITHM -> Math.log(x);
          case TANH -> Math.tanh(x);
          case ERROR_FUNCTION -> erf(x);
          case SIGMOID -> 1 / (1 + Math.exp(-x));
          case SOFTPLUS -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
          case RELU -> Math.max(x, 0);
          case ELU_PLUS_ONE -> x > 0 ? x + 1 : Math.exp(x);
        };
  }

  private static float apply(BinaryOp op, float a, float b) {
    return switch (op) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / b;
      case MAXIMUM -> Math.max(a, b);
      case MINIMUM -> Math.min(a, b);
      case LESS -> a < b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
    };
  }

  /**
   * erf(x) = 2/√π Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)). In float64 the terms, below e¹⁶, cancel far less
   * than float32 can tell; beyond 4 the result rounds to ±1.
   */
  private static double erf(double x) {
    if (Math.abs(x) > 4) {
      return Math.signum(x);
    }
    double power = x;
    double sum = x;
    for (int n = 1; n <= 64; n++) {
      power *= -x * x / n;
      sum += power / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }
}
