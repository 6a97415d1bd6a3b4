package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
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
      s0 = s0.add(FloatVector.fromArray(S, in, at));
      s1 = s1.add(FloatVector.fromArray(S, in, at + L));
      s2 = s2.add(FloatVector.fromArray(S, in, at + 2 * L));
      s3 = s3.add(FloatVector.fromArray(S, in, at + 3 * L));
    }
    return VectorMath.sum(s0.add(s1).add(s2.add(s3)));
  }

  @Override
  public float maximum(int n, float[] in, int offset) {
    FloatVector largest = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i <= n - L; i += L) {
      largest = largest.max(FloatVector.fromArray(S, in, offset + i));
    }
    float result = Float.NEGATIVE_INFINITY;
    for (float lane : largest.toArray()) {
      result = Math.max(result, lane);
    }
    for (; i < n; i++) {
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
        sum = sum.add(FloatVector.fromArray(S, in, at));
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
        largest = largest.max(FloatVector.fromArray(S, in, at));
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
