package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link SoftmaxLoops} on the Vector API. */
final class VectorSoftmaxLoops implements SoftmaxLoops {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  VectorSoftmaxLoops() {}

  @Override
  public void advance(
      int rows,
      int columns,
      int stride,
      float[] scores,
      float scale,
      int[] visible,
      float[] largest,
      float[] sum,
      float[] rescale) {
    for (int row = 0; row < rows; row++) {
      int at = row * stride;
      int seen = visible[row];
      rescale[row] = 1;
      if (seen > 0) {
        float before = largest[row];
        float after = Math.max(before, largest(scores, at, seen, scale));
        largest[row] = after;
        rescale[row] = (float) Math.exp((double) before - after);
        sum[row] = sum[row] * rescale[row] + exponentials(scores, at, seen, scale, after);
      }
      Arrays.fill(scores, at + seen, at + columns, 0);
    }
  }

  @Override
  public void probabilities(
      int rows,
      int columns,
      int stride,
      float[] scores,
      float scale,
      int[] visible,
      float[] logSumExp) {
    for (int row = 0; row < rows; row++) {
      int at = row * stride;
      int seen = visible[row];
      if (seen > 0) {
        exponentials(scores, at, seen, scale, logSumExp[row]);
      }
      Arrays.fill(scores, at + seen, at + columns, 0);
    }
  }

  @Override
  public void scoreGradients(
      int rows,
      int columns,
      int stride,
      float[] probabilities,
      float[] gradients,
      float[] mean,
      float scale) {
    int whole = S.loopBound(columns);
    VectorMask<Float> rest = S.indexInRange(whole, columns);
    for (int row = 0; row < rows; row++) {
      int at = row * stride;
      int i = 0;
      for (; i < whole; i += L) {
        FloatVector p = FloatVector.fromArray(S, probabilities, at + i).mul(scale);
        FloatVector dp = FloatVector.fromArray(S, gradients, at + i).sub(mean[row]);
        p.mul(dp).intoArray(gradients, at + i);
      }
      if (i < columns) {
        FloatVector p = FloatVector.fromArray(S, probabilities, at + i, rest).mul(scale);
        FloatVector dp = FloatVector.fromArray(S, gradients, at + i, rest).sub(mean[row]);
        p.mul(dp).intoArray(gradients, at + i, rest);
      }
    }
  }

  private static float largest(float[] scores, int at, int count, float scale) {
    FloatVector lowest = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector largest = lowest;
    for (int i = 0; i < count; i += L) {
      VectorMask<Float> mask = S.indexInRange(i, count);
      FloatVector score = FloatVector.fromArray(S, scores, at + i, mask);
      FloatVector x = lowest.blend(score.mul(scale), mask);
      // What a row with NaN has here does not matter: its exponentials sum to NaN.
      largest = x.blend(largest, x.compare(VectorOperators.LE, largest));
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  /**
   * Replaces scores by {@code exp(scale · score − shift)}; returns their sum. All vectors are
   * masked: a second copy of the exponential for the last one would be more than the compiler
   * inlines.
   */
  private static float exponentials(float[] scores, int at, int count, float scale, float shift) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector sum = zero;
    for (int i = 0; i < count; i += L) {
      VectorMask<Float> mask = S.indexInRange(i, count);
      FloatVector x = FloatVector.fromArray(S, scores, at + i, mask).mul(scale).sub(shift);
      FloatVector e = VectorMath.expOfNegative(x);
      e.intoArray(scores, at + i, mask);
      sum = zero.blend(e, mask).add(sum);
    }
    return VectorMath.sum(sum);
  }
}
