package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/** {@link StepLoops} on the Vector API: columns of the state by vectors, rows one by one. */
final class VectorStepLoops implements StepLoops {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  VectorStepLoops() {}

  @Override
  public void single(
      int keyDim,
      int valueDim,
      float[] q,
      float[] k,
      float[] v,
      int vOffset,
      float gamma,
      float factor,
      float @Nullable [] from,
      int fromOffset,
      float @Nullable [] to,
      int toOffset,
      float[] out,
      int outOffset) {
    for (int column = 0; column < valueDim; column += L) {
      VectorMask<Float> mask = S.indexInRange(column, valueDim);
      FloatVector value = FloatVector.fromArray(S, v, vOffset + column, mask);
      FloatVector sum = FloatVector.zero(S);
      for (int row = 0; row < keyDim; row++) {
        int at = row * valueDim + column;
        FloatVector s = load(from, fromOffset + at, mask);
        s = value.fma(FloatVector.broadcast(S, k[row] * gamma), s);
        if (to != null) {
          s.intoArray(to, toOffset + at, mask);
        }
        sum = s.fma(FloatVector.broadcast(S, q[row]), sum);
      }
      sum.mul(factor).intoArray(out, outOffset + column, mask);
    }
  }

  @Override
  public void twofold(
      int keyDim,
      int valueDim,
      float[] q,
      float[] k,
      float[] v,
      int vOffset,
      double beta,
      float gamma,
      float factor,
      float @Nullable [] from,
      int fromOffset,
      float @Nullable [] to,
      int toOffset,
      float @Nullable [] momentumFrom,
      int momentumFromOffset,
      float @Nullable [] momentumTo,
      int momentumToOffset,
      float[] out,
      int outOffset) {
    // β m as base·m − loss·m: a β next to 1 is not a float, and every token would repeat the error.
    float base = beta > 0.5 ? 1 : 0;
    float loss = (float) (base - beta);
    for (int column = 0; column < valueDim; column += L) {
      VectorMask<Float> mask = S.indexInRange(column, valueDim);
      FloatVector value = FloatVector.fromArray(S, v, vOffset + column, mask);
      FloatVector sum = FloatVector.zero(S);
      for (int row = 0; row < keyDim; row++) {
        int at = row * valueDim + column;
        FloatVector before = load(momentumFrom, momentumFromOffset + at, mask);
        FloatVector decayed = before.fma(FloatVector.broadcast(S, -loss), before.mul(base));
        FloatVector m = value.fma(FloatVector.broadcast(S, -k[row]), decayed);
        if (momentumTo != null) {
          m.intoArray(momentumTo, momentumToOffset + at, mask);
        }
        FloatVector s = load(from, fromOffset + at, mask);
        s = m.fma(FloatVector.broadcast(S, -gamma), s);
        if (to != null) {
          s.intoArray(to, toOffset + at, mask);
        }
        sum = s.fma(FloatVector.broadcast(S, q[row]), sum);
      }
      sum.mul(factor).intoArray(out, outOffset + column, mask);
    }
  }

  private static FloatVector load(float @Nullable [] from, int at, VectorMask<Float> mask) {
    return from == null ? FloatVector.zero(S) : FloatVector.fromArray(S, from, at, mask);
  }
}
