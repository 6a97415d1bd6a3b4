package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ScanLoops} on the Vector API: a block of four rows by two vectors of each state stays in
 * registers while the tokens go by. Names: rIJ is row I, column vector J of the block of R.
 */
final class VectorScanLoops implements ScanLoops {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  VectorScanLoops() {}

  @Override
  public int lanes() {
    return L;
  }

  @Override
  public void single(
      int tokens,
      int rows,
      int rowStride,
      int columns,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      float[] z,
      int zOffset,
      float[] r,
      float[] out,
      int outOffset) {
    for (int column = 0; column < columns; column += 2 * L) {
      boolean pair = column + L < columns;
      for (int row = 0; row < rows; row += ROW_MULTIPLE) {
        int xAt = xOffset + row;
        int zAt = zOffset + row;
        int yAt = yOffset + column;
        int outAt = outOffset + column;
        int state = row * columns + column;
        if (pair) {
          singlePair(tokens, rowStride, columns, x, xAt, y, yAt, z, zAt, r, state, out, outAt);
        } else {
          singleLast(tokens, rowStride, columns, x, xAt, y, yAt, z, zAt, r, state, out, outAt);
        }
      }
    }
  }

  @Override
  public void twofold(
      int tokens,
      int rows,
      int rowStride,
      int columns,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      float[] z,
      int zOffset,
      float[] c,
      float[] p,
      float[] r,
      float[] out,
      int outOffset) {
    for (int column = 0; column < columns; column += 2 * L) {
      boolean pair = column + L < columns;
      for (int row = 0; row < rows; row += ROW_MULTIPLE) {
        int xAt = xOffset + row;
        int zAt = zOffset + row;
        int yAt = yOffset + column;
        int outAt = outOffset + column;
        int state = row * columns + column;
        if (pair) {
          twofoldPair(
              tokens, rowStride, columns, x, xAt, y, yAt, z, zAt, c, p, r, state, out, outAt);
        } else {
          twofoldLast(
              tokens, rowStride, columns, x, xAt, y, yAt, z, zAt, c, p, r, state, out, outAt);
        }
      }
    }
  }

  private static void singlePair(
      int tokens,
      int rowStride,
      int columns,
      float[] x,
      int xAt,
      float[] y,
      int yAt,
      float[] z,
      int zAt,
      float[] r,
      int state,
      float[] out,
      int outAt) {
    int s0 = state;
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
    for (int t = 0; t < tokens; t++) {
      int xt = xAt + t * rowStride;
      int zt = zAt + t * rowStride;
      int yt = yAt + t * columns;
      int ot = outAt + t * columns;
      FloatVector y0 = FloatVector.fromArray(S, y, yt);
      FloatVector y1 = FloatVector.fromArray(S, y, yt + L);
      FloatVector o0 = FloatVector.fromArray(S, out, ot);
      FloatVector o1 = FloatVector.fromArray(S, out, ot + L);
      FloatVector xi = FloatVector.broadcast(S, x[xt]);
      FloatVector zi = FloatVector.broadcast(S, z[zt]);
      r00 = xi.fma(y0, r00);
      r01 = xi.fma(y1, r01);
      o0 = zi.fma(r00, o0);
      o1 = zi.fma(r01, o1);
      xi = FloatVector.broadcast(S, x[xt + 1]);
      zi = FloatVector.broadcast(S, z[zt + 1]);
      r10 = xi.fma(y0, r10);
      r11 = xi.fma(y1, r11);
      o0 = zi.fma(r10, o0);
      o1 = zi.fma(r11, o1);
      xi = FloatVector.broadcast(S, x[xt + 2]);
      zi = FloatVector.broadcast(S, z[zt + 2]);
      r20 = xi.fma(y0, r20);
      r21 = xi.fma(y1, r21);
      o0 = zi.fma(r20, o0);
      o1 = zi.fma(r21, o1);
      xi = FloatVector.broadcast(S, x[xt + 3]);
      zi = FloatVector.broadcast(S, z[zt + 3]);
      r30 = xi.fma(y0, r30);
      r31 = xi.fma(y1, r31);
      o0 = zi.fma(r30, o0);
      o1 = zi.fma(r31, o1);
      o0.intoArray(out, ot);
      o1.intoArray(out, ot + L);
    }
    r00.intoArray(r, s0);
    r01.intoArray(r, s0 + L);
    r10.intoArray(r, s1);
    r11.intoArray(r, s1 + L);
    r20.intoArray(r, s2);
    r21.intoArray(r, s2 + L);
    r30.intoArray(r, s3);
    r31.intoArray(r, s3 + L);
  }

  private static void singleLast(
      int tokens,
      int rowStride,
      int columns,
      float[] x,
      int xAt,
      float[] y,
      int yAt,
      float[] z,
      int zAt,
      float[] r,
      int state,
      float[] out,
      int outAt) {
    int s0 = state;
    int s1 = s0 + columns;
    int s2 = s1 + columns;
    int s3 = s2 + columns;
    FloatVector r0 = FloatVector.fromArray(S, r, s0);
    FloatVector r1 = FloatVector.fromArray(S, r, s1);
    FloatVector r2 = FloatVector.fromArray(S, r, s2);
    FloatVector r3 = FloatVector.fromArray(S, r, s3);
    for (int t = 0; t < tokens; t++) {
      int xt = xAt + t * rowStride;
      int zt = zAt + t * rowStride;
      int ot = outAt + t * columns;
      FloatVector y0 = FloatVector.fromArray(S, y, yAt + t * columns);
      FloatVector o0 = FloatVector.fromArray(S, out, ot);
      r0 = FloatVector.broadcast(S, x[xt]).fma(y0, r0);
      o0 = FloatVector.broadcast(S, z[zt]).fma(r0, o0);
      r1 = FloatVector.broadcast(S, x[xt + 1]).fma(y0, r1);
      o0 = FloatVector.broadcast(S, z[zt + 1]).fma(r1, o0);
      r2 = FloatVector.broadcast(S, x[xt + 2]).fma(y0, r2);
      o0 = FloatVector.broadcast(S, z[zt + 2]).fma(r2, o0);
      r3 = FloatVector.broadcast(S, x[xt + 3]).fma(y0, r3);
      o0 = FloatVector.broadcast(S, z[zt + 3]).fma(r3, o0);
      o0.intoArray(out, ot);
    }
    r0.intoArray(r, s0);
    r1.intoArray(r, s1);
    r2.intoArray(r, s2);
    r3.intoArray(r, s3);
  }

  private static void twofoldPair(
      int tokens,
      int rowStride,
      int columns,
      float[] x,
      int xAt,
      float[] y,
      int yAt,
      float[] z,
      int zAt,
      float[] c,
      float[] p,
      float[] r,
      int state,
      float[] out,
      int outAt) {
    int s0 = state;
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
    for (int t = 0; t < tokens; t++) {
      int xt = xAt + t * rowStride;
      int zt = zAt + t * rowStride;
      int yt = yAt + t * columns;
      int ot = outAt + t * columns;
      FloatVector ct = FloatVector.broadcast(S, c[t]);
      FloatVector y0 = FloatVector.fromArray(S, y, yt);
      FloatVector y1 = FloatVector.fromArray(S, y, yt + L);
      FloatVector o0 = FloatVector.fromArray(S, out, ot);
      FloatVector o1 = FloatVector.fromArray(S, out, ot + L);
      FloatVector xi = FloatVector.broadcast(S, x[xt]);
      FloatVector zi = FloatVector.broadcast(S, z[zt]);
      p00 = xi.fma(y0, p00);
      p01 = xi.fma(y1, p01);
      r00 = ct.fma(p00, r00);
      r01 = ct.fma(p01, r01);
      o0 = zi.fma(r00, o0);
      o1 = zi.fma(r01, o1);
      xi = FloatVector.broadcast(S, x[xt + 1]);
      zi = FloatVector.broadcast(S, z[zt + 1]);
      p10 = xi.fma(y0, p10);
      p11 = xi.fma(y1, p11);
      r10 = ct.fma(p10, r10);
      r11 = ct.fma(p11, r11);
      o0 = zi.fma(r10, o0);
      o1 = zi.fma(r11, o1);
      xi = FloatVector.broadcast(S, x[xt + 2]);
      zi = FloatVector.broadcast(S, z[zt + 2]);
      p20 = xi.fma(y0, p20);
      p21 = xi.fma(y1, p21);
      r20 = ct.fma(p20, r20);
      r21 = ct.fma(p21, r21);
      o0 = zi.fma(r20, o0);
      o1 = zi.fma(r21, o1);
      xi = FloatVector.broadcast(S, x[xt + 3]);
      zi = FloatVector.broadcast(S, z[zt + 3]);
      p30 = xi.fma(y0, p30);
      p31 = xi.fma(y1, p31);
      r30 = ct.fma(p30, r30);
      r31 = ct.fma(p31, r31);
      o0 = zi.fma(r30, o0);
      o1 = zi.fma(r31, o1);
      o0.intoArray(out, ot);
      o1.intoArray(out, ot + L);
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

  private static void twofoldLast(
      int tokens,
      int rowStride,
      int columns,
      float[] x,
      int xAt,
      float[] y,
      int yAt,
      float[] z,
      int zAt,
      float[] c,
      float[] p,
      float[] r,
      int state,
      float[] out,
      int outAt) {
    int s0 = state;
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
    for (int t = 0; t < tokens; t++) {
      int xt = xAt + t * rowStride;
      int zt = zAt + t * rowStride;
      int ot = outAt + t * columns;
      FloatVector ct = FloatVector.broadcast(S, c[t]);
      FloatVector y0 = FloatVector.fromArray(S, y, yAt + t * columns);
      FloatVector o0 = FloatVector.fromArray(S, out, ot);
      p0 = FloatVector.broadcast(S, x[xt]).fma(y0, p0);
      r0 = ct.fma(p0, r0);
      o0 = FloatVector.broadcast(S, z[zt]).fma(r0, o0);
      p1 = FloatVector.broadcast(S, x[xt + 1]).fma(y0, p1);
      r1 = ct.fma(p1, r1);
      o0 = FloatVector.broadcast(S, z[zt + 1]).fma(r1, o0);
      p2 = FloatVector.broadcast(S, x[xt + 2]).fma(y0, p2);
      r2 = ct.fma(p2, r2);
      o0 = FloatVector.broadcast(S, z[zt + 2]).fma(r2, o0);
      p3 = FloatVector.broadcast(S, x[xt + 3]).fma(y0, p3);
      r3 = ct.fma(p3, r3);
      o0 = FloatVector.broadcast(S, z[zt + 3]).fma(r3, o0);
      o0.intoArray(out, ot);
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
