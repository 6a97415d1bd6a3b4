package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link DropoutLoop} on the Vector API, with the hash in integer lanes. */
final class VectorDropoutLoop implements DropoutLoop {
  private static final VectorWidth WIDTH = VectorWidth.of(MethodHandles.lookup());
  private static final VectorSpecies<Float> S = WIDTH.floats();
  private static final VectorSpecies<Integer> I = S.withLanes(int.class);
  private static final int L = S.length();
  private static final int STEP = 0x9E3779B9;

  VectorDropoutLoop() {}

  @Override
  public void apply(
      int mixedSeed,
      int from,
      int count,
      int threshold,
      float scale,
      float[] in,
      int inOffset,
      float[] out,
      int outOffset) {
    IntVector lanes = IntVector.zero(I).addIndex(1).mul(STEP);
    int end = from + count;
    int i = from;
    for (; i <= end - L; i += L) {
      VectorMask<Float> kept = kept(lanes.add(mixedSeed + i * STEP), threshold);
      FloatVector x = FloatVector.fromArray(S, in, inOffset + i).mul(scale);
      FloatVector.zero(S).blend(x, kept).intoArray(out, outOffset + i);
    }
    if (i < end) {
      VectorMask<Float> rest = S.indexInRange(i, end);
      VectorMask<Float> kept = kept(lanes.add(mixedSeed + i * STEP), threshold);
      FloatVector x = FloatVector.fromArray(S, in, inOffset + i, rest).mul(scale);
      FloatVector.zero(S).blend(x, kept).intoArray(out, outOffset + i, rest);
    }
  }

  /** The mixing of {@link org.polyak.spi.fused.DropoutHash}, lane by lane. */
  private static VectorMask<Float> kept(IntVector value, int threshold) {
    IntVector h = value;
    h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16));
    h = h.mul(0x7FEB352D);
    h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 15));
    h = h.mul(0x846CA68B);
    h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16));
    return h.lanewise(VectorOperators.LSHR, 8).compare(VectorOperators.GE, threshold).cast(S);
  }
}
