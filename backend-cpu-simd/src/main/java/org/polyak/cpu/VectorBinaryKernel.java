package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.polyak.spi.BinaryOp;

/** {@link BinaryKernel} on the Vector API, with one loop over whole vectors for every operation. */
final class VectorBinaryKernel implements BinaryKernel {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  /** So few may be all that an operation has in a step: its vectors would long be objects. */
  static final int FEW = 256;

  VectorBinaryKernel() {}

  @Override
  public void apply(
      BinaryOp op,
      int n,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      float[] out,
      int outOffset) {
    int whole = n < FEW ? 0 : n - n % L;
    vectors(op, whole, a, aOffset, b, bOffset, out, outOffset);
    for (int i = whole; i < n; i++) {
      out[outOffset + i] = scalar(op, a[aOffset + i], b[bOffset + i]);
    }
  }

  /** To the same bits: each operation rounds once, or not at all. */
  private static float scalar(BinaryOp op, float a, float b) {
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

  @Override
  public void select(
      int n,
      float[] condition,
      int conditionOffset,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      float[] out,
      int outOffset) {
    int i = 0;
    for (; i <= n - L; i += L) {
      VectorMask<Float> zero =
          FloatVector.fromArray(S, condition, conditionOffset + i).compare(VectorOperators.EQ, 0f);
      FloatVector.fromArray(S, a, aOffset + i)
          .blend(FloatVector.fromArray(S, b, bOffset + i), zero)
          .intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = condition[conditionOffset + i] != 0f ? a[aOffset + i] : b[bOffset + i];
    }
  }

  private static void vectors(
      BinaryOp op, int n, float[] a, int aFrom, float[] b, int bFrom, float[] out, int to) {
    switch (op) {
      case ADD -> add(n, a, aFrom, b, bFrom, out, to);
      case SUBTRACT -> subtract(n, a, aFrom, b, bFrom, out, to);
      case MULTIPLY -> multiply(n, a, aFrom, b, bFrom, out, to);
      case DIVIDE -> divide(n, a, aFrom, b, bFrom, out, to);
      case MAXIMUM -> maximum(n, a, aFrom, b, bFrom, out, to);
      case MINIMUM -> minimum(n, a, aFrom, b, bFrom, out, to);
      case LESS -> less(n, a, aFrom, b, bFrom, out, to);
      case EQUAL -> equal(n, a, aFrom, b, bFrom, out, to);
    }
  }

  private static void add(int n, float[] a, int aFrom, float[] b, int bFrom, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, aFrom + i);
      FloatVector y = FloatVector.fromArray(S, b, bFrom + i);
      x.add(y).intoArray(out, to + i);
    }
  }

  private static void subtract(
      int n, float[] a, int aFrom, float[] b, int bFrom, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, aFrom + i);
      FloatVector y = FloatVector.fromArray(S, b, bFrom + i);
      x.sub(y).intoArray(out, to + i);
    }
  }

  private static void multiply(
      int n, float[] a, int aFrom, float[] b, int bFrom, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, aFrom + i);
      FloatVector y = FloatVector.fromArray(S, b, bFrom + i);
      x.mul(y).intoArray(out, to + i);
    }
  }

  private static void divide(
      int n, float[] a, int aFrom, float[] b, int bFrom, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, aFrom + i);
      FloatVector y = FloatVector.fromArray(S, b, bFrom + i);
      x.div(y).intoArray(out, to + i);
    }
  }

  private static void maximum(
      int n, float[] a, int aFrom, float[] b, int bFrom, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, aFrom + i);
      FloatVector y = FloatVector.fromArray(S, b, bFrom + i);
      x.max(y).intoArray(out, to + i);
    }
  }

  private static void minimum(
      int n, float[] a, int aFrom, float[] b, int bFrom, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, aFrom + i);
      FloatVector y = FloatVector.fromArray(S, b, bFrom + i);
      x.min(y).intoArray(out, to + i);
    }
  }

  private static void less(int n, float[] a, int aFrom, float[] b, int bFrom, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, aFrom + i);
      FloatVector y = FloatVector.fromArray(S, b, bFrom + i);
      truth(x.compare(VectorOperators.LT, y)).intoArray(out, to + i);
    }
  }

  private static void equal(
      int n, float[] a, int aFrom, float[] b, int bFrom, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, aFrom + i);
      FloatVector y = FloatVector.fromArray(S, b, bFrom + i);
      truth(x.compare(VectorOperators.EQ, y)).intoArray(out, to + i);
    }
  }

  private static FloatVector truth(VectorMask<Float> mask) {
    return FloatVector.zero(S).blend(1f, mask);
  }
}
