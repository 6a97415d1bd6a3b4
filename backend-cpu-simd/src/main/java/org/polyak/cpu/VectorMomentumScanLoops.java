package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link MomentumScanLoops} on the Vector API: a block of four rows by two vectors of each state
 * stays in registers while the tokens go by. Names: rIJ is row I, column vector J of the block of
 * R, pIJ that of P.
 */
final class VectorMomentumScanLoops implements MomentumScanLoops {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  /** What the first rows are added to. */
  private static final float[] ZEROS = new float[ScanLoops.MOST_TOKENS * L];

  VectorMomentumScanLoops() {}

  @Override
  public void run(
      CausalScan.Block block,
      int run,
      float[] c,
      Decay before,
      float between,
      Decay after,
      float[] p,
      float[] r) {
    for (int column = 0; column < block.columns(); column += 2 * L) {
      for (int row = 0; row < block.rows(); row += ScanLoops.ROW_MULTIPLE) {
        if (column + L < block.columns()) {
          pair(block, row, column, run, c, before, between, after, p, r);
        } else {
          last(block, row, column, run, c, before, between, after, p, r);
        }
      }
    }
  }

  private static void pair(
      CausalScan.Block block,
      int row,
      int column,
      int run,
      float[] c,
      Decay before,
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
    FloatVector high = FloatVector.broadcast(S, before.high());
    FloatVector low = FloatVector.broadcast(S, before.low());
    p00 = p00.fma(high, p00.mul(low));
    p01 = p01.fma(high, p01.mul(low));
    p10 = p10.fma(high, p10.mul(low));
    p11 = p11.fma(high, p11.mul(low));
    p20 = p20.fma(high, p20.mul(low));
    p21 = p21.fma(high, p21.mul(low));
    p30 = p30.fma(high, p30.mul(low));
    p31 = p31.fma(high, p31.mul(low));
    int tokens = block.tokens();
    for (int t = 0; t < tokens; ) {
      int end = Math.min(tokens, t + run);
      for (; t < end; t++) {
        int step = t * L;
        int at = xz + step;
        FloatVector ct = FloatVector.broadcast(S, c[t]);
        FloatVector y0 = FloatVector.fromArray(S, y, to0 + step);
        FloatVector y1 = FloatVector.fromArray(S, y, to1 + step);
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
        xi = FloatVector.broadcast(S, x[at + 1]);
        zi = FloatVector.broadcast(S, z[at + 1]);
        p10 = xi.fma(y0, p10);
        p11 = xi.fma(y1, p11);
        r10 = ct.fma(p10, r10);
        r11 = ct.fma(p11, r11);
        o0 = zi.fma(r10, o0);
        o1 = zi.fma(r11, o1);
        xi = FloatVector.broadcast(S, x[at + 2]);
        zi = FloatVector.broadcast(S, z[at + 2]);
        p20 = xi.fma(y0, p20);
        p21 = xi.fma(y1, p21);
        r20 = ct.fma(p20, r20);
        r21 = ct.fma(p21, r21);
        o0 = zi.fma(r20, o0);
        o1 = zi.fma(r21, o1);
        xi = FloatVector.broadcast(S, x[at + 3]);
        zi = FloatVector.broadcast(S, z[at + 3]);
        p30 = xi.fma(y0, p30);
        p31 = xi.fma(y1, p31);
        r30 = ct.fma(p30, r30);
        r31 = ct.fma(p31, r31);
        o0 = zi.fma(r30, o0);
        o1 = zi.fma(r31, o1);
        o0.intoArray(out, to0 + step);
        o1.intoArray(out, to1 + step);
      }
      if (t < tokens) {
        FloatVector factor = FloatVector.broadcast(S, between);
        p00 = factor.mul(p00);
        p01 = factor.mul(p01);
        p10 = factor.mul(p10);
        p11 = factor.mul(p11);
        p20 = factor.mul(p20);
        p21 = factor.mul(p21);
        p30 = factor.mul(p30);
        p31 = factor.mul(p31);
      }
    }
    r00.intoArray(r, s0);
    r01.intoArray(r, s0 + L);
    r10.intoArray(r, s1);
    r11.intoArray(r, s1 + L);
    r20.intoArray(r, s2);
    r21.intoArray(r, s2 + L);
    r30.intoArray(r, s3);
    r31.intoArray(r, s3 + L);
    high = FloatVector.broadcast(S, after.high());
    low = FloatVector.broadcast(S, after.low());
    p00.fma(high, p00.mul(low)).intoArray(p, s0);
    p01.fma(high, p01.mul(low)).intoArray(p, s0 + L);
    p10.fma(high, p10.mul(low)).intoArray(p, s1);
    p11.fma(high, p11.mul(low)).intoArray(p, s1 + L);
    p20.fma(high, p20.mul(low)).intoArray(p, s2);
    p21.fma(high, p21.mul(low)).intoArray(p, s2 + L);
    p30.fma(high, p30.mul(low)).intoArray(p, s3);
    p31.fma(high, p31.mul(low)).intoArray(p, s3 + L);
  }

  private static void last(
      CausalScan.Block block,
      int row,
      int column,
      int run,
      float[] c,
      Decay before,
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
    FloatVector high = FloatVector.broadcast(S, before.high());
    FloatVector low = FloatVector.broadcast(S, before.low());
    p0 = p0.fma(high, p0.mul(low));
    p1 = p1.fma(high, p1.mul(low));
    p2 = p2.fma(high, p2.mul(low));
    p3 = p3.fma(high, p3.mul(low));
    int tokens = block.tokens();
    for (int t = 0; t < tokens; ) {
      int end = Math.min(tokens, t + run);
      for (; t < end; t++) {
        int step = t * L;
        int at = xz + step;
        FloatVector ct = FloatVector.broadcast(S, c[t]);
        FloatVector y0 = FloatVector.fromArray(S, y, to + step);
        FloatVector o0 = FloatVector.fromArray(S, sums, from + step);
        FloatVector xi = FloatVector.broadcast(S, x[at]);
        FloatVector zi = FloatVector.broadcast(S, z[at]);
        p0 = xi.fma(y0, p0);
        r0 = ct.fma(p0, r0);
        o0 = zi.fma(r0, o0);
        xi = FloatVector.broadcast(S, x[at + 1]);
        zi = FloatVector.broadcast(S, z[at + 1]);
        p1 = xi.fma(y0, p1);
        r1 = ct.fma(p1, r1);
        o0 = zi.fma(r1, o0);
        xi = FloatVector.broadcast(S, x[at + 2]);
        zi = FloatVector.broadcast(S, z[at + 2]);
        p2 = xi.fma(y0, p2);
        r2 = ct.fma(p2, r2);
        o0 = zi.fma(r2, o0);
        xi = FloatVector.broadcast(S, x[at + 3]);
        zi = FloatVector.broadcast(S, z[at + 3]);
        p3 = xi.fma(y0, p3);
        r3 = ct.fma(p3, r3);
        o0 = zi.fma(r3, o0);
        o0.intoArray(out, to + step);
      }
      if (t < tokens) {
        FloatVector factor = FloatVector.broadcast(S, between);
        p0 = factor.mul(p0);
        p1 = factor.mul(p1);
        p2 = factor.mul(p2);
        p3 = factor.mul(p3);
      }
    }
    r0.intoArray(r, s0);
    r1.intoArray(r, s1);
    r2.intoArray(r, s2);
    r3.intoArray(r, s3);
    high = FloatVector.broadcast(S, after.high());
    low = FloatVector.broadcast(S, after.low());
    p0.fma(high, p0.mul(low)).intoArray(p, s0);
    p1.fma(high, p1.mul(low)).intoArray(p, s1);
    p2.fma(high, p2.mul(low)).intoArray(p, s2);
    p3.fma(high, p3.mul(low)).intoArray(p, s3);
  }
}
