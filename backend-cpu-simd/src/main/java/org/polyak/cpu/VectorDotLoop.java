package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** {@link DotLoop} on the Vector API. */
final class VectorDotLoop implements DotLoop {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  VectorDotLoop() {}

  @Override
  public float dot(int depth, float[] a, int aOffset, float[] b, int bOffset) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int k = 0;
    for (; k <= depth - 4 * L; k += 4 * L) {
      int i = aOffset + k;
      int j = bOffset + k;
      s0 = FloatVector.fromArray(S, a, i).fma(FloatVector.fromArray(S, b, j), s0);
      s1 = FloatVector.fromArray(S, a, i + L).fma(FloatVector.fromArray(S, b, j + L), s1);
      s2 = FloatVector.fromArray(S, a, i + 2 * L).fma(FloatVector.fromArray(S, b, j + 2 * L), s2);
      s3 = FloatVector.fromArray(S, a, i + 3 * L).fma(FloatVector.fromArray(S, b, j + 3 * L), s3);
    }
    for (; k < depth; k += L) {
      VectorMask<Float> mask = S.indexInRange(k, depth);
      FloatVector x = FloatVector.fromArray(S, a, aOffset + k, mask);
      s0 = x.fma(FloatVector.fromArray(S, b, bOffset + k, mask), s0);
    }
    return VectorMath.sum(s0.add(s1).add(s2.add(s3)));
  }
}
