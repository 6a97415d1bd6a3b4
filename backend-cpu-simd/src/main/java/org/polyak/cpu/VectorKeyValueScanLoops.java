package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link KeyValueScanLoops} on the Vector API: a block of four rows by two vectors of each state
 * stays in registers while the tokens go by. Names: rIJ is row I, column vector J of the block of
 * R, pIJ that of P.
 *
 * <p>The products of R's rows with v have to be summed across lanes. For four rows that begins in
 * registers: blends and exchanges of lanes leave one vector, in which lanes I, I + 4, I + 8, ...
 * add up to the sum of row I. Such vectors are added up over the columns in memory; a last loop
 * adds the lanes.
 */
final class VectorKeyValueScanLoops implements KeyValueScanLoops {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();
  private static final VectorMask<Float> ODD = VectorMask.fromLong(S, 0xAAAA & (1 << L) - 1);
  private static final VectorMask<Float> UPPER = VectorMask.fromLong(S, 0xCCCC & (1 << L) - 1);
  private static final VectorShuffle<Float> NEIGHBOURS = VectorShuffle.fromOp(S, lane -> lane ^ 1);
  private static final VectorShuffle<Float> PAIRS = VectorShuffle.fromOp(S, lane -> lane ^ 2);

  private static final VectorShuffle<Float> EIGHT_ON = VectorShuffle.iota(S, 8 % L, 1, true);
  private static final VectorShuffle<Float> FOUR_ON = VectorShuffle.iota(S, 4 % L, 1, true);

  /** The lanes of a group of rows. A shorter vector would do, but see {@link VectorWidth}. */
  private static final VectorMask<Float> ROWS = S.indexInRange(0, ScanLoops.ROW_MULTIPLE);

  /** What the first rows and columns are added to. */
  private static final float[] ZEROS = new float[ScanLoops.MOST_TOKENS * L];

  VectorKeyValueScanLoops() {}

  @Override
  public int partialFloats(CausalScan.Block block) {
    return block.rows() / ScanLoops.ROW_MULTIPLE * block.right().vectorStride();
  }

  @Override
  public void run(
      CausalScan.Block block,
      float[] v,
      float[] keyGradient,
      float[] partial,
      int run,
      float[] c,
      float between,
      Decay after,
      float[] p,
      float[] r) {
    for (int row = 0; row < block.rows(); row += ScanLoops.ROW_MULTIPLE) {
      for (int column = 0; column < block.columns(); column += 2 * L) {
        if (column + L < block.columns()) {
          pair(block, row, column, v, partial, run, c, between, after, p, r);
        } else {
          last(block, row, column, v, partial, run, c, between, after, p, r);
        }
      }
    }
    addLanes(block, partial, keyGradient);
  }

  private static void addLanes(CausalScan.Block block, float[] partial, float[] keyGradient) {
    int panel = block.left().vectorStride();
    for (int row = 0; row < block.rows(); row += ScanLoops.ROW_MULTIPLE) {
      int from = row / ScanLoops.ROW_MULTIPLE * panel;
      int to = row / L * panel + row % L;
      for (int t = 0; t < block.tokens(); t++) {
        FloatVector sums = FloatVector.fromArray(S, partial, from + t * L);
        if (L > 8) {
          sums = sums.add(sums.rearrange(EIGHT_ON));
        }
        if (L > 4) {
          sums = sums.add(sums.rearrange(FOUR_ON));
        }
        sums.intoArray(keyGradient, to + t * L, ROWS);
      }
    }
  }

  private static void pair(
      CausalScan.Block block,
      int row,
      int column,
      float[] v,
      float[] partial,
      int run,
      float[] c,
      float between,
      Decay after,
      float[] p,
      float[] r) {
    float[] x = block.x();
    float[] y = block.y();
    float[] z = block.z();
    float[] out = block.out();
    int panel = block.right().vectorStride();
    int columns = block.columns();
    int xz = row / L * panel + row % L;
    int to0 = column / L * panel;
    int to1 = to0 + panel;
    float[] sums = row == 0 ? ZEROS : out;
    int from0 = row == 0 ? 0 : to0;
    int from1 = row == 0 ? 0 : to1;
    int s0 = row * columns + column;
    int s1 = s0 + columns;
    int s2 = s1 + columns;
    int s3 = s2 + columns;
    FloatVector r00 = FloatVector.fromArray(S, r, s0);
    FloatVector r01 = FloatVector.fromArray(S, r, s0 + L);
    FloatVector r10 = FloatVector.fromArray(S, r, s1);
    FloatVector r11 = FloatVector.fromArray(S, r, s1 + L);
    FloatVector r20 = FloatVector.fromArray(S, r, s2);
    FloatVector r21 = FloatVector.fromArray(S, r, s2 + L);
    FloatVector r30 = FloatVector.fromArray(S, r, s3);
    FloatVector r31 = FloatVector.fromArray(S, r, s3 + L);
    FloatVector p00 = FloatVector.fromArray(S, p, s0);
    FloatVector p01 = FloatVector.fromArray(S, p, s0 + L);
    FloatVector p10 = FloatVector.fromArray(S, p, s1);
    FloatVector p11 = FloatVector.fromArray(S, p, s1 + L);
    FloatVector p20 = FloatVector.fromArray(S, p, s2);
    FloatVector p21 = FloatVector.fromArray(S, p, s2 + L);
    FloatVector p30 = FloatVector.fromArray(S, p, s3);
    FloatVector p31 = FloatVector.fromArray(S, p, s3 + L);
    int tokens = block.tokens();
    int group = row / ScanLoops.ROW_MULTIPLE * panel;
    float[] before = column == 0 ? ZEROS : partial;
    int beforeGroup = column == 0 ? 0 : group;
    for (int t = 0; t < tokens; ) {
      int end = Math.min(tokens, t + run);
      for (; t < end; t++) {
        int step = t * L;
        int at = xz + step;
        FloatVector ct = FloatVector.broadcast(S, c[t]);
        FloatVector y0 = FloatVector.fromArray(S, y, to0 + step);
        FloatVector y1 = FloatVector.fromArray(S, y, to1 + step);
        FloatVector v0 = FloatVector.fromArray(S, v, to0 + step);
        FloatVector v1 = FloatVector.fromArray(S, v, to1 + step);
        FloatVector o0 = FloatVector.fromArray(S, sums, from0 + step);
        FloatVector o1 = FloatVector.fromArray(S, sums, from1 + step);
        FloatVector xi = FloatVector.broadcast(S, x[at]);
        FloatVector zi = FloatVector.broadcast(S, z[at]);
        p00 = xi.fma(y0, p00);
        p01 = xi.fma(y1, p01);
        r00 = ct.fma(p00, r00);
        r01 = ct.fma(p01, r01);
        o0 = zi.fma(r00, o0);
        o1 = zi.fma(r01, o1);
        FloatVector a0 = r01.fma(v1, r00.mul(v0));
        xi = FloatVector.broadcast(S, x[at + 1]);
        zi = FloatVector.broadcast(S, z[at + 1]);
        p10 = xi.fma(y0, p10);
        p11 = xi.fma(y1, p11);
        r10 = ct.fma(p10, r10);
        r11 = ct.fma(p11, r11);
        o0 = zi.fma(r10, o0);
        o1 = zi.fma(r11, o1);
        FloatVector a1 = r11.fma(v1, r10.mul(v0));
        FloatVector a01 = a0.blend(a1, ODD).add(a1.blend(a0, ODD).rearrange(NEIGHBOURS));
        xi = FloatVector.broadcast(S, x[at + 2]);
        zi = FloatVector.broadcast(S, z[at + 2]);
        p20 = xi.fma(y0, p20);
        p21 = xi.fma(y1, p21);
        r20 = ct.fma(p20, r20);
        r21 = ct.fma(p21, r21);
        o0 = zi.fma(r20, o0);
        o1 = zi.fma(r21, o1);
        FloatVector a2 = r21.fma(v1, r20.mul(v0));
        xi = FloatVector.broadcast(S, x[at + 3]);
        zi = FloatVector.broadcast(S, z[at + 3]);
        p30 = xi.fma(y0, p30);
        p31 = xi.fma(y1, p31);
        r30 = ct.fma(p30, r30);
        r31 = ct.fma(p31, r31);
        o0 = zi.fma(r30, o0);
        o1 = zi.fma(r31, o1);
        FloatVector a3 = r31.fma(v1, r30.mul(v0));
        FloatVector a23 = a2.blend(a3, ODD).add(a3.blend(a2, ODD).rearrange(NEIGHBOURS));
        FloatVector sum = a01.blend(a23, UPPER).add(a23.blend(a01, UPPER).rearrange(PAIRS));
        sum.add(FloatVector.fromArray(S, before, beforeGroup + step))
            .intoArray(partial, group + step);
        o0.intoArray(out, to0 + step);
        o1.intoArray(out, to1 + step);
      }
      if (t < tokens) {
        FloatVector factor = FloatVector.broadcast(S, between);
        r00 = factor.mul(r00);
        r01 = factor.mul(r01);
        r10 = factor.mul(r10);
        r11 = factor.mul(r11);
        r20 = factor.mul(r20);
        r21 = factor.mul(r21);
        r30 = factor.mul(r30);
        r31 = factor.mul(r31);
      }
    }
    FloatVector high = FloatVector.broadcast(S, after.high());
    FloatVector low = FloatVector.broadcast(S, after.low());
    r00.fma(high, r00.mul(low)).intoArray(r, s0);
    r01.fma(high, r01.mul(low)).intoArray(r, s0 + L);
    r10.fma(high, r10.mul(low)).intoArray(r, s1);
    r11.fma(high, r11.mul(low)).intoArray(r, s1 + L);
    r20.fma(high, r20.mul(low)).intoArray(r, s2);
    r21.fma(high, r21.mul(low)).intoArray(r, s2 + L);
    r30.fma(high, r30.mul(low)).intoArray(r, s3);
    r31.fma(high, r31.mul(low)).intoArray(r, s3 + L);
    p00.intoArray(p, s0);
    p01.intoArray(p, s0 + L);
    p10.intoArray(p, s1);
    p11.intoArray(p, s1 + L);
    p20.intoArray(p, s2);
    p21.intoArray(p, s2 + L);
    p30.intoArray(p, s3);
    p31.intoArray(p, s3 + L);
  }

  private static void last(
      CausalScan.Block block,
      int row,
      int column,
      float[] v,
      float[] partial,
      int run,
      float[] c,
      float between,
      Decay after,
      float[] p,
      float[] r) {
    float[] x = block.x();
    float[] y = block.y();
    float[] z = block.z();
    float[] out = block.out();
    int panel = block.right().vectorStride();
    int columns = block.columns();
    int xz = row / L * panel + row % L;
    int to = column / L * panel;
    float[] sums = row == 0 ? ZEROS : out;
    int from = row == 0 ? 0 : to;
    int s0 = row * columns + column;
    int s1 = s0 + columns;
    int s2 = s1 + columns;
    int s3 = s2 + columns;
    FloatVector r0 = FloatVector.fromArray(S, r, s0);
    FloatVector r1 = FloatVector.fromArray(S, r, s1);
    FloatVector r2 = FloatVector.fromArray(S, r, s2);
    FloatVector r3 = FloatVector.fromArray(S, r, s3);
    FloatVector p0 = FloatVector.fromArray(S, p, s0);
    FloatVector p1 = FloatVector.fromArray(S, p, s1);
    FloatVector p2 = FloatVector.fromArray(S, p, s2);
    FloatVector p3 = FloatVector.fromArray(S, p, s3);
    int tokens = block.tokens();
    int group = row / ScanLoops.ROW_MULTIPLE * panel;
    float[] before = column == 0 ? ZEROS : partial;
    int beforeGroup = column == 0 ? 0 : group;
    for (int t = 0; t < tokens; ) {
      int end = Math.min(tokens, t + run);
      for (; t < end; t++) {
        int step = t * L;
        int at = xz + step;
        FloatVector ct = FloatVector.broadcast(S, c[t]);
        FloatVector y0 = FloatVector.fromArray(S, y, to + step);
        FloatVector v0 = FloatVector.fromArray(S, v, to + step);
        FloatVector o0 = FloatVector.fromArray(S, sums, from + step);
        FloatVector xi = FloatVector.broadcast(S, x[at]);
        FloatVector zi = FloatVector.broadcast(S, z[at]);
        p0 = xi.fma(y0, p0);
        r0 = ct.fma(p0, r0);
        o0 = zi.fma(r0, o0);
        FloatVector a0 = r0.mul(v0);
        xi = FloatVector.broadcast(S, x[at + 1]);
        zi = FloatVector.broadcast(S, z[at + 1]);
        p1 = xi.fma(y0, p1);
        r1 = ct.fma(p1, r1);
        o0 = zi.fma(r1, o0);
        FloatVector a1 = r1.mul(v0);
        FloatVector a01 = a0.blend(a1, ODD).add(a1.blend(a0, ODD).rearrange(NEIGHBOURS));
        xi = FloatVector.broadcast(S, x[at + 2]);
        zi = FloatVector.broadcast(S, z[at + 2]);
        p2 = xi.fma(y0, p2);
        r2 = ct.fma(p2, r2);
        o0 = zi.fma(r2, o0);
        FloatVector a2 = r2.mul(v0);
        xi = FloatVector.broadcast(S, x[at + 3]);
        zi = FloatVector.broadcast(S, z[at + 3]);
        p3 = xi.fma(y0, p3);
        r3 = ct.fma(p3, r3);
        o0 = zi.fma(r3, o0);
        FloatVector a3 = r3.mul(v0);
        FloatVector a23 = a2.blend(a3, ODD).add(a3.blend(a2, ODD).rearrange(NEIGHBOURS));
        FloatVector sum = a01.blend(a23, UPPER).add(a23.blend(a01, UPPER).rearrange(PAIRS));
        sum.add(FloatVector.fromArray(S, before, beforeGroup + step))
            .intoArray(partial, group + step);
        o0.intoArray(out, to + step);
      }
      if (t < tokens) {
        FloatVector factor = FloatVector.broadcast(S, between);
        r0 = factor.mul(r0);
        r1 = factor.mul(r1);
        r2 = factor.mul(r2);
        r3 = factor.mul(r3);
      }
    }
    FloatVector high = FloatVector.broadcast(S, after.high());
    FloatVector low = FloatVector.broadcast(S, after.low());
    r0.fma(high, r0.mul(low)).intoArray(r, s0);
    r1.fma(high, r1.mul(low)).intoArray(r, s1);
    r2.fma(high, r2.mul(low)).intoArray(r, s2);
    r3.fma(high, r3.mul(low)).intoArray(r, s3);
    p0.intoArray(p, s0);
    p1.intoArray(p, s1);
    p2.intoArray(p, s2);
    p3.intoArray(p, s3);
  }
}
