package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link SoftmaxRows} on the Vector API. The vectors of exponentials are all masked: a second copy
 * of the exponential for the rest of a row would be more than the compiler inlines.
 */
final class VectorSoftmaxRows implements SoftmaxRows {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  VectorSoftmaxRows() {}

  @Override
  public void largest(int rows, int width, float[] x, int offset, float[] largest) {
    FloatVector lowest = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    for (int row = 0; row < rows; row++) {
      int at = offset + row * width;
      FloatVector most = lowest;
      for (int i = 0; i < width; i += L) {
        VectorMask<Float> mask = S.indexInRange(i, width);
        FloatVector v = lowest.blend(FloatVector.fromArray(S, x, at + i, mask), mask);
        // What a row with NaN has here does not matter: its exponentials sum to NaN.
        most = v.blend(most, v.compare(VectorOperators.LE, most));
      }
      largest[row] = most.reduceLanes(VectorOperators.MAX);
    }
  }

  @Override
  public void exponentials(
      int rows,
      int width,
      float[] x,
      int offset,
      float[] largest,
      float[] sums,
      float[] out,
      int outOffset) {
    FloatVector zero = FloatVector.zero(S);
    for (int row = 0; row < rows; row++) {
      int from = offset + row * width;
      int to = outOffset + row * width;
      float shift = largest[row];
      FloatVector sum = zero;
      for (int i = 0; i < width; i += L) {
        VectorMask<Float> mask = S.indexInRange(i, width);
        FloatVector v = FloatVector.fromArray(S, x, from + i, mask).sub(shift);
        FloatVector e = VectorMath.expOfNegative(v);
        e.intoArray(out, to + i, mask);
        sum = zero.blend(e, mask).add(sum);
      }
      sum.intoArray(sums, row * L);
    }
    VectorMath.sums(rows, L, sums);
  }

  @Override
  public void scale(int n, float[] x, int offset, float factor) {
    int i = 0;
    for (int whole = S.loopBound(n); i < whole; i += L) {
      FloatVector.fromArray(S, x, offset + i).mul(factor).intoArray(x, offset + i);
    }
    for (; i < n; i++) {
      x[offset + i] *= factor;
    }
  }

  @Override
  public void differentiate(
      int rows,
      int width,
      float[] y,
      int yOffset,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset) {
    for (int row = 0; row < rows; row++) {
      int skip = row * width;
      float mean = product(width, y, yOffset + skip, dy, dyOffset + skip);
      differentiate(width, y, yOffset + skip, dy, dyOffset + skip, mean, dx, dxOffset + skip);
    }
  }

  /** {@code Σ y dy} of a row. */
  private static float product(int width, float[] y, int yOffset, float[] dy, int dyOffset) {
    FloatVector sum = FloatVector.zero(S);
    int i = 0;
    for (int whole = S.loopBound(width); i < whole; i += L) {
      FloatVector d = FloatVector.fromArray(S, dy, dyOffset + i);
      sum = FloatVector.fromArray(S, y, yOffset + i).fma(d, sum);
    }
    if (i < width) {
      VectorMask<Float> rest = S.indexInRange(i, width);
      FloatVector d = FloatVector.fromArray(S, dy, dyOffset + i, rest);
      sum = FloatVector.fromArray(S, y, yOffset + i, rest).fma(d, sum);
    }
    return VectorMath.sum(sum);
  }

  private static void differentiate(
      int width,
      float[] y,
      int yOffset,
      float[] dy,
      int dyOffset,
      float mean,
      float[] dx,
      int dxOffset) {
    int i = 0;
    for (int whole = S.loopBound(width); i < whole; i += L) {
      FloatVector d = FloatVector.fromArray(S, dy, dyOffset + i).sub(mean);
      FloatVector.fromArray(S, y, yOffset + i).mul(d).intoArray(dx, dxOffset + i);
    }
    if (i < width) {
      VectorMask<Float> rest = S.indexInRange(i, width);
      FloatVector d = FloatVector.fromArray(S, dy, dyOffset + i, rest).sub(mean);
      FloatVector.fromArray(S, y, yOffset + i, rest).mul(d).intoArray(dx, dxOffset + i, rest);
    }
  }
}
