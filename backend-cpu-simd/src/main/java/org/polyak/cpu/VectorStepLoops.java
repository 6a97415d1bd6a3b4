package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link StepLoops} on the Vector API: two vectors of a state's columns at a time, row by row,
 * which for a head of two vectors is the order of memory; the columns that are left, masked.
 */
final class VectorStepLoops implements StepLoops {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  VectorStepLoops() {}

  @Override
  public float keySum(
      int keyDim,
      float[] q,
      float[] k,
      int row,
      float[] from,
      int fromOffset,
      float[] to,
      int toOffset) {
    FloatVector dot = FloatVector.zero(S);
    for (int i = 0; i < keyDim; i += L) {
      VectorMask<Float> mask = S.indexInRange(i, keyDim);
      FloatVector z = FloatVector.fromArray(S, from, fromOffset + i, mask);
      z = z.add(FloatVector.fromArray(S, k, row + i));
      z.intoArray(to, toOffset + i, mask);
      dot = z.fma(FloatVector.fromArray(S, q, row + i), dot);
    }
    return VectorMath.sum(dot);
  }

  @Override
  public void single(
      int keyDim,
      int valueDim,
      float[] q,
      float[] k,
      int row,
      float[] v,
      int vOffset,
      float gamma,
      float factor,
      float[] from,
      int fromOffset,
      float[] to,
      int toOffset,
      float[] out,
      int outOffset) {
    int column = 0;
    for (; column + 2 * L <= valueDim; column += 2 * L) {
      FloatVector v0 = FloatVector.fromArray(S, v, vOffset + column);
      FloatVector v1 = FloatVector.fromArray(S, v, vOffset + column + L);
      FloatVector sum0 = FloatVector.zero(S);
      FloatVector sum1 = FloatVector.zero(S);
      int f = fromOffset + column;
      int t = toOffset + column;
      for (int i = row; i < row + keyDim; i++, f += valueDim, t += valueDim) {
        FloatVector key = FloatVector.broadcast(S, k[i] * gamma);
        FloatVector s0 = v0.fma(key, FloatVector.fromArray(S, from, f));
        FloatVector s1 = v1.fma(key, FloatVector.fromArray(S, from, f + L));
        s0.intoArray(to, t);
        s1.intoArray(to, t + L);
        FloatVector query = FloatVector.broadcast(S, q[i]);
        sum0 = s0.fma(query, sum0);
        sum1 = s1.fma(query, sum1);
      }
      sum0.mul(factor).intoArray(out, outOffset + column);
      sum1.mul(factor).intoArray(out, outOffset + column + L);
    }
    for (; column < valueDim; column += L) {
      VectorMask<Float> mask = S.indexInRange(column, valueDim);
      FloatVector value = FloatVector.fromArray(S, v, vOffset + column, mask);
      FloatVector sum = FloatVector.zero(S);
      int f = fromOffset + column;
      int t = toOffset + column;
      for (int i = row; i < row + keyDim; i++, f += valueDim, t += valueDim) {
        FloatVector s = FloatVector.fromArray(S, from, f, mask);
        s = value.fma(FloatVector.broadcast(S, k[i] * gamma), s);
        s.intoArray(to, t, mask);
        sum = s.fma(FloatVector.broadcast(S, q[i]), sum);
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
      int row,
      float[] v,
      int vOffset,
      double beta,
      float gamma,
      float factor,
      float[] from,
      int fromOffset,
      float[] to,
      int toOffset,
      float[] momentumFrom,
      int momentumFromOffset,
      float[] momentumTo,
      int momentumToOffset,
      float[] out,
      int outOffset) {
    // β m as base·m − loss·m: a β next to 1 is not a float, and every token would repeat the error.
    float base = beta > 0.5 ? 1 : 0;
    FloatVector loss = FloatVector.broadcast(S, (float) (beta - base));
    FloatVector step = FloatVector.broadcast(S, -gamma);
    int column = 0;
    for (; column + 2 * L <= valueDim; column += 2 * L) {
      FloatVector v0 = FloatVector.fromArray(S, v, vOffset + column);
      FloatVector v1 = FloatVector.fromArray(S, v, vOffset + column + L);
      FloatVector sum0 = FloatVector.zero(S);
      FloatVector sum1 = FloatVector.zero(S);
      int distance = column;
      for (int i = row; i < row + keyDim; i++, distance += valueDim) {
        FloatVector m0 = FloatVector.fromArray(S, momentumFrom, momentumFromOffset + distance);
        FloatVector m1 = FloatVector.fromArray(S, momentumFrom, momentumFromOffset + distance + L);
        FloatVector key = FloatVector.broadcast(S, -k[i]);
        m0 = v0.fma(key, m0.fma(loss, m0.mul(base)));
        m1 = v1.fma(key, m1.fma(loss, m1.mul(base)));
        m0.intoArray(momentumTo, momentumToOffset + distance);
        m1.intoArray(momentumTo, momentumToOffset + distance + L);
        FloatVector s0 = m0.fma(step, FloatVector.fromArray(S, from, fromOffset + distance));
        FloatVector s1 = m1.fma(step, FloatVector.fromArray(S, from, fromOffset + distance + L));
        s0.intoArray(to, toOffset + distance);
        s1.intoArray(to, toOffset + distance + L);
        FloatVector query = FloatVector.broadcast(S, q[i]);
        sum0 = s0.fma(query, sum0);
        sum1 = s1.fma(query, sum1);
      }
      sum0.mul(factor).intoArray(out, outOffset + column);
      sum1.mul(factor).intoArray(out, outOffset + column + L);
    }
    for (; column < valueDim; column += L) {
      VectorMask<Float> mask = S.indexInRange(column, valueDim);
      FloatVector value = FloatVector.fromArray(S, v, vOffset + column, mask);
      FloatVector sum = FloatVector.zero(S);
      int distance = column;
      for (int i = row; i < row + keyDim; i++, distance += valueDim) {
        FloatVector m = FloatVector.fromArray(S, momentumFrom, momentumFromOffset + distance, mask);
        m = value.fma(FloatVector.broadcast(S, -k[i]), m.fma(loss, m.mul(base)));
        m.intoArray(momentumTo, momentumToOffset + distance, mask);
        FloatVector s = FloatVector.fromArray(S, from, fromOffset + distance, mask);
        s = m.fma(step, s);
        s.intoArray(to, toOffset + distance, mask);
        sum = s.fma(FloatVector.broadcast(S, q[i]), sum);
      }
      sum.mul(factor).intoArray(out, outOffset + column, mask);
    }
  }
}
