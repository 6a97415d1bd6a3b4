package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
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
    for (int i = 0; i < GROUP; i += L) {
      VectorMath.log(FloatVector.fromArray(S, x, i)).intoArray(x, i);
    }
  }

  @Override
  public void largest(int rows, int classes, float[] logits, int offset, float[] largest) {
    for (int row = 0; row < rows; row++) {
      int at = offset + row * classes;
      FloatVector most = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
      for (int i = 0; i < classes; i += L) {
        VectorMask<Float> mask = S.indexInRange(i, classes);
        FloatVector x = FloatVector.fromArray(S, logits, at + i, mask);
        // A NaN is passed over here and comes back with its exponential.
        most = most.blend(x, x.compare(VectorOperators.GT, most, mask));
      }
      largest[row] = most.reduceLanes(VectorOperators.MAX);
    }
  }

  @Override
  public void sums(
      int rows, int classes, float[] logits, int offset, float[] largest, float[] sums) {
    for (int row = 0; row < rows; row++) {
      int at = offset + row * classes;
      float shift = largest[row];
      FloatVector sum = FloatVector.zero(S);
      for (int i = 0; i < classes; i += L) {
        VectorMask<Float> mask = S.indexInRange(i, classes);
        FloatVector x = FloatVector.fromArray(S, logits, at + i, mask).sub(shift);
        sum = sum.add(VectorMath.expOfNegative(x), mask);
      }
      sum.intoArray(sums, row * L);
    }
    addLanes(rows, sums);
  }

  @Override
  public void exponentials(
      int rows,
      int classes,
      float[] logits,
      int offset,
      float[] largest,
      float[] sums,
      float[] kept,
      int keptOffset) {
    for (int row = 0; row < rows; row++) {
      int from = offset + row * classes;
      int to = keptOffset + row * classes;
      float shift = largest[row];
      FloatVector sum = FloatVector.zero(S);
      for (int i = 0; i < classes; i += L) {
        VectorMask<Float> mask = S.indexInRange(i, classes);
        FloatVector x = FloatVector.fromArray(S, logits, from + i, mask).sub(shift);
        FloatVector e = VectorMath.expOfNegative(x);
        e.intoArray(kept, to + i, mask);
        sum = sum.add(e, mask);
      }
      sum.intoArray(sums, row * L);
    }
    addLanes(rows, sums);
  }

  /** Replaces each row's vector of sums by its sum. */
  private static void addLanes(int rows, float[] sums) {
    for (int row = 0; row < rows; row++) {
      sums[row] = VectorMath.sum(L, sums, row * L);
    }
  }

  @Override
  public float sumOfDifferences(int n, float[] x, int offset, float shift) {
    FloatVector sum = FloatVector.zero(S);
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> mask = S.indexInRange(i, n);
      sum = sum.add(FloatVector.fromArray(S, x, offset + i, mask).sub(shift), mask);
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
