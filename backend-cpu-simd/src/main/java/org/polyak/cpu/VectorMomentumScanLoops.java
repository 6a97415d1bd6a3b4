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

  VectorMomentumScanLoops() {}

  @Override
  public void run(
      CausalScan.Block block,
      int run,
      float[] c,
      float pFactor,
      float rFactor,
      float[] p,
      float[] r) {
    for (int column = 0; column < block.columns(); column += 2 * L) {
      for (int row = 0; row < block.rows(); row += ScanLoops.ROW_MULTIPLE) {
        if (column + L < block.columns()) {
          pair(block, row, column, run, c, pFactor, rFactor, p, r);
        } else {
          last(block, row, column, run, c, pFactor, rFactor, p, r);
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
      float pFactor,
      float rFactor,
      float[] p,
      float[] r) {
    float[] x = block.x();
    float[] y = block.y();
    float[] z = block.z();
    float[] out = block.out();
    int rowStride = block.rowStride();
    int columns = block.columns();
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
    for (int t = 0; t < tokens; ) {
      int end = Math.min(tokens, t + run);
      for (; t < end; t++) {
        int at = t * rowStride + row;
        int to = t * columns + column;
        FloatVector ct = FloatVector.broadcast(S, c[t]);
        FloatVector y0 = FloatVector.fromArray(S, y, to);
        FloatVector y1 = FloatVector.fromArray(S, y, to + L);
        FloatVector o0 = FloatVector.fromArray(S, out, to);
        FloatVector o1 = FloatVector.fromArray(S, out, to + L);
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
        o0.intoArray(out, to);
        o1.intoArray(out, to + L);
      }
      if (t < tokens) {
        r00 = r00.mul(rFactor);
        r01 = r01.mul(rFactor);
        r10 = r10.mul(rFactor);
        r11 = r11.mul(rFactor);
        r20 = r20.mul(rFactor);
        r21 = r21.mul(rFactor);
        r30 = r30.mul(rFactor);
        r31 = r31.mul(rFactor);
        p00 = p00.mul(pFactor);
        p01 = p01.mul(pFactor);
        p10 = p10.mul(pFactor);
        p11 = p11.mul(pFactor);
        p20 = p20.mul(pFactor);
        p21 = p21.mul(pFactor);
        p30 = p30.mul(pFactor);
        p31 = p31.mul(pFactor);
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
      int run,
      float[] c,
      float pFactor,
      float rFactor,
      float[] p,
      float[] r) {
    float[] x = block.x();
    float[] y = block.y();
    float[] z = block.z();
    float[] out = block.out();
    int rowStride = block.rowStride();
    int columns = block.columns();
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
    for (int t = 0; t < tokens; ) {
      int end = Math.min(tokens, t + run);
      for (; t < end; t++) {
        int at = t * rowStride + row;
        int to = t * columns + column;
        FloatVector ct = FloatVector.broadcast(S, c[t]);
        FloatVector y0 = FloatVector.fromArray(S, y, to);
        FloatVector o0 = FloatVector.fromArray(S, out, to);
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
        o0.intoArray(out, to);
      }
      if (t < tokens) {
        r0 = r0.mul(rFactor);
        r1 = r1.mul(rFactor);
        r2 = r2.mul(rFactor);
        r3 = r3.mul(rFactor);
        p0 = p0.mul(pFactor);
        p1 = p1.mul(pFactor);
        p2 = p2.mul(pFactor);
        p3 = p3.mul(pFactor);
      }
    }
    r0.intoArray(r, s0);
    r1.intoArray(r, s1);
    r2.intoArray(r, s2);
    r3.intoArray(r, s3);
    p0.intoArray(p, s0);
    p1.intoArray(p, s1);
    p2.intoArray(p, s2);
    p3.intoArray(p, s3);
  }
}
