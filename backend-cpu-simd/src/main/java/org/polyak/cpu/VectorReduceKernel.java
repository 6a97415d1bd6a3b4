package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link ReduceKernel} on the Vector API. */
final class VectorReduceKernel implements ReduceKernel {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  /** Elements summed in single precision: at most 16 to a lane of four sums of 512 bits. */
  private static final int BLOCK = 1024;

  VectorReduceKernel() {}

  @Override
  public double sum(int n, float[] in, int offset) {
    double total = 0;
    int whole = n - n % (4 * L);
    for (int from = 0; from < whole; from += BLOCK) {
      total += block(Math.min(BLOCK, whole - from), in, offset + from);
    }
    for (int i = whole; i < n; i++) {
      total += in[offset + i];
    }
    return total;
  }

  private static float block(int n, float[] in, int offset) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (int i = 0; i < n; i += 4 * L) {
      int at = offset + i;
      s0 = FloatVector.fromArray(S, in, at).add(s0);
      s1 = FloatVector.fromArray(S, in, at + L).add(s1);
      s2 = FloatVector.fromArray(S, in, at + 2 * L).add(s2);
      s3 = FloatVector.fromArray(S, in, at + 3 * L).add(s3);
    }
    return VectorMath.sum(s0.add(s1).add(s2.add(s3)));
  }

  /**
   * A comparison and a choice are a third of the operations of a maximum that minds NaN, so NaN is
   * looked for in a sum of the elements, which no NaN leaves as it is.
   */
  @Override
  public float maximum(int n, float[] in, int offset) {
    FloatVector lowest = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector m0 = lowest;
    FloatVector m1 = lowest;
    FloatVector m2 = lowest;
    FloatVector m3 = lowest;
    FloatVector sum = FloatVector.zero(S);
    int whole = n - n % (4 * L);
    for (int i = 0; i < whole; i += 4 * L) {
      int at = offset + i;
      FloatVector x0 = FloatVector.fromArray(S, in, at);
      FloatVector x1 = FloatVector.fromArray(S, in, at + L);
      FloatVector x2 = FloatVector.fromArray(S, in, at + 2 * L);
      FloatVector x3 = FloatVector.fromArray(S, in, at + 3 * L);
      m0 = x0.blend(m0, x0.compare(VectorOperators.LE, m0));
      m1 = x1.blend(m1, x1.compare(VectorOperators.LE, m1));
      m2 = x2.blend(m2, x2.compare(VectorOperators.LE, m2));
      m3 = x3.blend(m3, x3.compare(VectorOperators.LE, m3));
      sum = x0.add(x1).add(x2.add(x3)).add(sum);
    }
    FloatVector largest = m0.max(m1).max(m2.max(m3));
    for (int i = whole; i < n; i += L) {
      VectorMask<Float> some = S.indexInRange(i, n);
      FloatVector x = lowest.blend(FloatVector.fromArray(S, in, offset + i, some), some);
      largest = x.max(largest);
    }
    boolean doubtful = sum.test(VectorOperators.IS_NAN).anyTrue();
    return doubtful ? maximumOrNaN(n, in, offset) : largest.reduceLanes(VectorOperators.MAX);
  }

  /** As {@link #maximum}, where infinities of both signs or a NaN are among the elements. */
  private static float maximumOrNaN(int n, float[] in, int offset) {
    float result = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      result = Math.max(result, in[offset + i]);
    }
    return result;
  }

  @Override
  public void sumRows(
      int rows, int rowStride, int n, float[] in, int offset, float[] out, int outOffset) {
    int j = 0;
    for (; j <= n - L; j += L) {
      FloatVector sum = FloatVector.zero(S);
      int at = offset + j;
      for (int r = 0; r < rows; r++, at += rowStride) {
        sum = FloatVector.fromArray(S, in, at).add(sum);
      }
      sum.intoArray(out, outOffset + j);
    }
    for (; j < n; j++) {
      float sum = 0;
      for (int r = 0; r < rows; r++) {
        sum += in[offset + r * rowStride + j];
      }
      out[outOffset + j] = sum;
    }
  }

  @Override
  public void maximumRows(
      int rows, int rowStride, int n, float[] in, int offset, float[] out, int outOffset) {
    int j = 0;
    for (; j <= n - L; j += L) {
      FloatVector largest = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
      int at = offset + j;
      for (int r = 0; r < rows; r++, at += rowStride) {
        largest = FloatVector.fromArray(S, in, at).max(largest);
      }
      largest.intoArray(out, outOffset + j);
    }
    for (; j < n; j++) {
      float largest = Float.NEGATIVE_INFINITY;
      for (int r = 0; r < rows; r++) {
        largest = Math.max(largest, in[offset + r * rowStride + j]);
      }
      out[outOffset + j] = largest;
    }
  }
}
