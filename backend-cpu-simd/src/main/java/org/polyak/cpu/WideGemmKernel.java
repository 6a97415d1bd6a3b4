package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link GemmKernel} for the 32 registers of AVX-512: 24 sums, three vectors of B and an element of
 * A. Eight rows and three vectors need the fewest loads among the tiles of 24 sums, and leave
 * registers free: a sum that is spilled to the stack costs more than any load. Names: cIJ is the
 * sum of row I and column vector J.
 */
final class WideGemmKernel implements GemmKernel {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();
  private static final int ROWS = 8;

  WideGemmKernel() {}

  @Override
  public int lanes() {
    return L;
  }

  @Override
  public int tileRows() {
    return ROWS;
  }

  @Override
  public int tileVectors() {
    return 3;
  }

  @Override
  public void tile(
      int vectors,
      int depth,
      float[] a,
      int aOffset,
      int aRowStride,
      int aTermStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] from,
      int fromOffset,
      int fromStride,
      float[] c,
      int cOffset,
      int cStride) {
    switch (vectors) {
      case 3 ->
          tile3(
              depth,
              a,
              aOffset,
              aRowStride,
              aTermStride,
              b,
              bOffset,
              bStride,
              from,
              fromOffset,
              fromStride,
              c,
              cOffset,
              cStride);
      case 2 ->
          tile2(
              depth,
              a,
              aOffset,
              aRowStride,
              aTermStride,
              b,
              bOffset,
              bStride,
              from,
              fromOffset,
              fromStride,
              c,
              cOffset,
              cStride);
      case 1 ->
          tile1(
              depth,
              a,
              aOffset,
              aRowStride,
              aTermStride,
              b,
              bOffset,
              bStride,
              from,
              fromOffset,
              fromStride,
              c,
              cOffset,
              cStride);
      default -> throw new IllegalArgumentException("no tile of " + vectors + " vectors");
    }
  }

  private static void tile3(
      int depth,
      float[] a,
      int aOffset,
      int aRowStride,
      int aTermStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] from,
      int fromOffset,
      int fromStride,
      float[] c,
      int cOffset,
      int cStride) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector c00 = zero, c01 = zero, c02 = zero;
    FloatVector c10 = zero, c11 = zero, c12 = zero;
    FloatVector c20 = zero, c21 = zero, c22 = zero;
    FloatVector c30 = zero, c31 = zero, c32 = zero;
    FloatVector c40 = zero, c41 = zero, c42 = zero;
    FloatVector c50 = zero, c51 = zero, c52 = zero;
    FloatVector c60 = zero, c61 = zero, c62 = zero;
    FloatVector c70 = zero, c71 = zero, c72 = zero;
    int ak = aOffset;
    int bk = bOffset;
    for (int k = 0; k < depth; k++, ak += aTermStride, bk += bStride) {
      FloatVector b0 = FloatVector.fromArray(S, b, bk);
      FloatVector b1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector b2 = FloatVector.fromArray(S, b, bk + 2 * L);
      int i = ak;
      FloatVector row = FloatVector.broadcast(S, a[i]);
      c00 = row.fma(b0, c00);
      c01 = row.fma(b1, c01);
      c02 = row.fma(b2, c02);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c10 = row.fma(b0, c10);
      c11 = row.fma(b1, c11);
      c12 = row.fma(b2, c12);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c20 = row.fma(b0, c20);
      c21 = row.fma(b1, c21);
      c22 = row.fma(b2, c22);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c30 = row.fma(b0, c30);
      c31 = row.fma(b1, c31);
      c32 = row.fma(b2, c32);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c40 = row.fma(b0, c40);
      c41 = row.fma(b1, c41);
      c42 = row.fma(b2, c42);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c50 = row.fma(b0, c50);
      c51 = row.fma(b1, c51);
      c52 = row.fma(b2, c52);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c60 = row.fma(b0, c60);
      c61 = row.fma(b1, c61);
      c62 = row.fma(b2, c62);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c70 = row.fma(b0, c70);
      c71 = row.fma(b1, c71);
      c72 = row.fma(b2, c72);
    }
    int f = fromOffset;
    int t = cOffset;
    c00.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c01.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    c02.add(FloatVector.fromArray(S, from, f + 2 * L)).intoArray(c, t + 2 * L);
    f += fromStride;
    t += cStride;
    c10.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c11.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    c12.add(FloatVector.fromArray(S, from, f + 2 * L)).intoArray(c, t + 2 * L);
    f += fromStride;
    t += cStride;
    c20.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c21.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    c22.add(FloatVector.fromArray(S, from, f + 2 * L)).intoArray(c, t + 2 * L);
    f += fromStride;
    t += cStride;
    c30.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c31.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    c32.add(FloatVector.fromArray(S, from, f + 2 * L)).intoArray(c, t + 2 * L);
    f += fromStride;
    t += cStride;
    c40.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c41.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    c42.add(FloatVector.fromArray(S, from, f + 2 * L)).intoArray(c, t + 2 * L);
    f += fromStride;
    t += cStride;
    c50.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c51.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    c52.add(FloatVector.fromArray(S, from, f + 2 * L)).intoArray(c, t + 2 * L);
    f += fromStride;
    t += cStride;
    c60.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c61.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    c62.add(FloatVector.fromArray(S, from, f + 2 * L)).intoArray(c, t + 2 * L);
    f += fromStride;
    t += cStride;
    c70.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c71.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    c72.add(FloatVector.fromArray(S, from, f + 2 * L)).intoArray(c, t + 2 * L);
  }

  private static void tile2(
      int depth,
      float[] a,
      int aOffset,
      int aRowStride,
      int aTermStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] from,
      int fromOffset,
      int fromStride,
      float[] c,
      int cOffset,
      int cStride) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector c00 = zero, c01 = zero;
    FloatVector c10 = zero, c11 = zero;
    FloatVector c20 = zero, c21 = zero;
    FloatVector c30 = zero, c31 = zero;
    FloatVector c40 = zero, c41 = zero;
    FloatVector c50 = zero, c51 = zero;
    FloatVector c60 = zero, c61 = zero;
    FloatVector c70 = zero, c71 = zero;
    int ak = aOffset;
    int bk = bOffset;
    for (int k = 0; k < depth; k++, ak += aTermStride, bk += bStride) {
      FloatVector b0 = FloatVector.fromArray(S, b, bk);
      FloatVector b1 = FloatVector.fromArray(S, b, bk + L);
      int i = ak;
      FloatVector row = FloatVector.broadcast(S, a[i]);
      c00 = row.fma(b0, c00);
      c01 = row.fma(b1, c01);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c10 = row.fma(b0, c10);
      c11 = row.fma(b1, c11);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c20 = row.fma(b0, c20);
      c21 = row.fma(b1, c21);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c30 = row.fma(b0, c30);
      c31 = row.fma(b1, c31);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c40 = row.fma(b0, c40);
      c41 = row.fma(b1, c41);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c50 = row.fma(b0, c50);
      c51 = row.fma(b1, c51);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c60 = row.fma(b0, c60);
      c61 = row.fma(b1, c61);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c70 = row.fma(b0, c70);
      c71 = row.fma(b1, c71);
    }
    int f = fromOffset;
    int t = cOffset;
    c00.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c01.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    f += fromStride;
    t += cStride;
    c10.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c11.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    f += fromStride;
    t += cStride;
    c20.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c21.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    f += fromStride;
    t += cStride;
    c30.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c31.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    f += fromStride;
    t += cStride;
    c40.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c41.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    f += fromStride;
    t += cStride;
    c50.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c51.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    f += fromStride;
    t += cStride;
    c60.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c61.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
    f += fromStride;
    t += cStride;
    c70.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    c71.add(FloatVector.fromArray(S, from, f + L)).intoArray(c, t + L);
  }

  private static void tile1(
      int depth,
      float[] a,
      int aOffset,
      int aRowStride,
      int aTermStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] from,
      int fromOffset,
      int fromStride,
      float[] c,
      int cOffset,
      int cStride) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector c00 = zero;
    FloatVector c10 = zero;
    FloatVector c20 = zero;
    FloatVector c30 = zero;
    FloatVector c40 = zero;
    FloatVector c50 = zero;
    FloatVector c60 = zero;
    FloatVector c70 = zero;
    int ak = aOffset;
    int bk = bOffset;
    for (int k = 0; k < depth; k++, ak += aTermStride, bk += bStride) {
      FloatVector b0 = FloatVector.fromArray(S, b, bk);
      int i = ak;
      FloatVector row = FloatVector.broadcast(S, a[i]);
      c00 = row.fma(b0, c00);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c10 = row.fma(b0, c10);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c20 = row.fma(b0, c20);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c30 = row.fma(b0, c30);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c40 = row.fma(b0, c40);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c50 = row.fma(b0, c50);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c60 = row.fma(b0, c60);
      i += aRowStride;
      row = FloatVector.broadcast(S, a[i]);
      c70 = row.fma(b0, c70);
    }
    int f = fromOffset;
    int t = cOffset;
    c00.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    f += fromStride;
    t += cStride;
    c10.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    f += fromStride;
    t += cStride;
    c20.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    f += fromStride;
    t += cStride;
    c30.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    f += fromStride;
    t += cStride;
    c40.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    f += fromStride;
    t += cStride;
    c50.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    f += fromStride;
    t += cStride;
    c60.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
    f += fromStride;
    t += cStride;
    c70.add(FloatVector.fromArray(S, from, f)).intoArray(c, t);
  }

  @Override
  public void packTiles(
      int tiles,
      int terms,
      float[] a,
      int aOffset,
      int aTermStride,
      float[] to,
      int toOffset,
      int toTileStride) {
    // Half a vector, and not a vector of half the width: see VectorWidth.
    VectorMask<Float> column = S.indexInRange(0, ROWS);
    for (int k = 0; k < terms; k++) {
      int i = aOffset + k * aTermStride;
      int t = toOffset + k * ROWS;
      for (int tile = 0; tile < tiles; tile++, i += ROWS, t += toTileStride) {
        FloatVector.fromArray(S, a, i, column).intoArray(to, t, column);
      }
    }
  }
}
