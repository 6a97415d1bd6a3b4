package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link GemmKernel} for the 16 registers of AVX2 and SSE: 12 sums, two vectors of B and an element
 * of A. Names: cIJ is the sum of row I and column vector J.
 */
final class NarrowGemmKernel implements GemmKernel {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();
  private static final int ROWS = 6;

  NarrowGemmKernel() {}

  @Override
  public int lanes() {
    return L;
  }

  @Override
  public int tileRows() {
    return ROWS;
  }

  @Override
  public int tileColumns() {
    return 2 * L;
  }

  @Override
  public void tile(
      int width,
      int depth,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      int bStride,
      float[] from,
      int fromOffset,
      int fromStride,
      float[] c,
      int cOffset,
      int cStride) {
    switch (width / L) {
      case 2 ->
          tile2(
              depth,
              a,
              aOffset,
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
              b,
              bOffset,
              bStride,
              from,
              fromOffset,
              fromStride,
              c,
              cOffset,
              cStride);
      default -> throw new IllegalArgumentException("no tile of " + width + " columns");
    }
  }

  private static void tile2(
      int depth,
      float[] a,
      int aOffset,
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
    int bk = bOffset;
    for (int k = 0; k < depth; k++, bk += bStride) {
      int ak = aOffset + k * ROWS;
      FloatVector b0 = FloatVector.fromArray(S, b, bk);
      FloatVector b1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector row = FloatVector.broadcast(S, a[ak]);
      c00 = row.fma(b0, c00);
      c01 = row.fma(b1, c01);
      row = FloatVector.broadcast(S, a[ak + 1]);
      c10 = row.fma(b0, c10);
      c11 = row.fma(b1, c11);
      row = FloatVector.broadcast(S, a[ak + 2]);
      c20 = row.fma(b0, c20);
      c21 = row.fma(b1, c21);
      row = FloatVector.broadcast(S, a[ak + 3]);
      c30 = row.fma(b0, c30);
      c31 = row.fma(b1, c31);
      row = FloatVector.broadcast(S, a[ak + 4]);
      c40 = row.fma(b0, c40);
      c41 = row.fma(b1, c41);
      row = FloatVector.broadcast(S, a[ak + 5]);
      c50 = row.fma(b0, c50);
      c51 = row.fma(b1, c51);
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
  }

  private static void tile1(
      int depth,
      float[] a,
      int aOffset,
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
    int bk = bOffset;
    for (int k = 0; k < depth; k++, bk += bStride) {
      int ak = aOffset + k * ROWS;
      FloatVector b0 = FloatVector.fromArray(S, b, bk);
      FloatVector row = FloatVector.broadcast(S, a[ak]);
      c00 = row.fma(b0, c00);
      row = FloatVector.broadcast(S, a[ak + 1]);
      c10 = row.fma(b0, c10);
      row = FloatVector.broadcast(S, a[ak + 2]);
      c20 = row.fma(b0, c20);
      row = FloatVector.broadcast(S, a[ak + 3]);
      c30 = row.fma(b0, c30);
      row = FloatVector.broadcast(S, a[ak + 4]);
      c40 = row.fma(b0, c40);
      row = FloatVector.broadcast(S, a[ak + 5]);
      c50 = row.fma(b0, c50);
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
  }

  @Override
  public void packRows(
      int terms, float[] a, int aOffset, int aRowStride, float[] to, int toOffset) {
    Transpose.copy(terms, ROWS, a, aOffset, aRowStride, to, toOffset, ROWS);
  }

  @Override
  public void packTiles(
      int tiles,
      int width,
      int terms,
      float[] a,
      int aOffset,
      int aTermStride,
      float[] to,
      int toOffset,
      int toTileStride) {
    int whole = S.loopBound(width);
    for (int k = 0; k < terms; k++) {
      int i = aOffset + k * aTermStride;
      int t = toOffset + k * width;
      for (int tile = 0; tile < tiles; tile++, i += width, t += toTileStride) {
        for (int j = 0; j < whole; j += L) {
          FloatVector.fromArray(S, a, i + j).intoArray(to, t + j);
        }
        for (int j = whole; j < width; j++) {
          to[t + j] = a[i + j];
        }
      }
    }
  }
}
