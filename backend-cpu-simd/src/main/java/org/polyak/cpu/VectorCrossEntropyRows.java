package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link CrossEntropyRows} on the Vector API. Rows may be short and of any length, so all vectors
 * are masked: a second copy of the exponential for the last one would be more than the compiler
 * inlines.
 */
final class VectorCrossEntropyRows implements CrossEntropyRows {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  VectorCrossEntropyRows() {}

  @Override
  public void logarithms(float[] x) {
    for (int i = 0; i < SoftmaxRows.GROUP; i += L) {
      VectorMath.log(FloatVector.fromArray(S, x, i)).intoArray(x, i);
    }
  }

  @Override
  public void sums(
      int rows, int classes, float[] logits, int offset, float[] largest, float[] sums) {
    FloatVector zero = FloatVector.zero(S);
    for (int row = 0; row < rows; row++) {
      int at = offset + row * classes;
      float shift = largest[row];
      FloatVector sum = zero;
      for (int i = 0; i < classes; i += L) {
        VectorMask<Float> mask = S.indexInRange(i, classes);
        FloatVector x = FloatVector.fromArray(S, logits, at + i, mask).sub(shift);
        sum = zero.blend(VectorMath.expOfNegative(x), mask).add(sum);
      }
      sum.intoArray(sums, row * L);
    }
    VectorMath.sums(rows, L, sums);
  }

  @Override
  public float sumOfDifferences(int n, float[] x, int offset, float shift) {
    FloatVector sum = FloatVector.zero(S);
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> mask = S.indexInRange(i, n);
      sum = FloatVector.fromArray(S, x, offset + i, mask).sub(shift, mask).add(sum);
    }
    return VectorMath.sum(sum);
  }

  @Override
  public void scale(int n, float[] x, int offset, float factor, float term) {
    FloatVector terms = FloatVector.broadcast(S, term);
    int i = 0;
    for (int whole = S.loopBound(n); i < whole; i += L) {
      FloatVector.fromArray(S, x, offset + i)
          .fma(terms.broadcast(factor), terms)
          .intoArray(x, offset + i);
    }
    for (; i < n; i++) {
      x[offset + i] = Math.fma(x[offset + i], factor, term);
    }
  }
}
