package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link GemmKernel} for the 32 registers of AVX-512: 16 sums, two vectors of B and an element of
 * A. Sixteen sums keep two units of multiply-adds busy. A third vector of B would save elements of
 * A, but where vectors of B cross cache lines each costs two loads. Names: cIJ is the sum of row I
 * and column vector J.
 */
final class WideGemmKernel implements GemmKernel {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final VectorSpecies<Integer> INTS = VectorWidth.of(MethodHandles.lookup()).ints();
  private static final int L = S.length();
  private static final int ROWS = 8;

  /**
   * Lanes of two vectors in turns of one, two and four: of their lower halves, and of their upper.
   */
  private static final IntVector LOWER_1 = turns(1, 0);

  private static final IntVector UPPER_1 = turns(1, L / 2);
  private static final IntVector LOWER_2 = turns(2, 0);
  private static final IntVector UPPER_2 = turns(2, L / 2);
  private static final IntVector LOWER_4 = turns(4, 0);
  private static final IntVector UPPER_4 = turns(4, L / 2);

  WideGemmKernel() {}

  private static IntVector turns(int run, int first) {
    int[] lanes = new int[L];
    for (int i = 0; i < L; i++) {
      int vector = i / run % 2;
      lanes[i] = vector * L + first + i / (2 * run) * run + i % run;
    }
    return IntVector.fromArray(INTS, lanes, 0);
  }

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
    FloatVector c60 = zero, c61 = zero;
    FloatVector c70 = zero, c71 = zero;
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
      row = FloatVector.broadcast(S, a[ak + 6]);
      c60 = row.fma(b0, c60);
      c61 = row.fma(b1, c61);
      row = FloatVector.broadcast(S, a[ak + 7]);
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
      row = FloatVector.broadcast(S, a[ak + 6]);
      c60 = row.fma(b0, c60);
      row = FloatVector.broadcast(S, a[ak + 7]);
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
  public void packRows(
      int terms, float[] a, int aOffset, int aRowStride, float[] to, int toOffset) {
    int whole = S.loopBound(terms);
    for (int k = 0; k < whole; k += L) {
      int i = aOffset + k;
      IntVector r0 = FloatVector.fromArray(S, a, i).reinterpretAsInts();
      i += aRowStride;
      IntVector r1 = FloatVector.fromArray(S, a, i).reinterpretAsInts();
      i += aRowStride;
      IntVector r2 = FloatVector.fromArray(S, a, i).reinterpretAsInts();
      i += aRowStride;
      IntVector r3 = FloatVector.fromArray(S, a, i).reinterpretAsInts();
      i += aRowStride;
      IntVector r4 = FloatVector.fromArray(S, a, i).reinterpretAsInts();
      i += aRowStride;
      IntVector r5 = FloatVector.fromArray(S, a, i).reinterpretAsInts();
      i += aRowStride;
      IntVector r6 = FloatVector.fromArray(S, a, i).reinterpretAsInts();
      i += aRowStride;
      IntVector r7 = FloatVector.fromArray(S, a, i).reinterpretAsInts();
      IntVector low01 = LOWER_1.selectFrom(r0, r1);
      IntVector high01 = UPPER_1.selectFrom(r0, r1);
      IntVector low23 = LOWER_1.selectFrom(r2, r3);
      IntVector high23 = UPPER_1.selectFrom(r2, r3);
      IntVector low45 = LOWER_1.selectFrom(r4, r5);
      IntVector high45 = UPPER_1.selectFrom(r4, r5);
      IntVector low67 = LOWER_1.selectFrom(r6, r7);
      IntVector high67 = UPPER_1.selectFrom(r6, r7);
      IntVector k0of0123 = LOWER_2.selectFrom(low01, low23);
      IntVector k4of0123 = UPPER_2.selectFrom(low01, low23);
      IntVector k8of0123 = LOWER_2.selectFrom(high01, high23);
      IntVector k12of0123 = UPPER_2.selectFrom(high01, high23);
      IntVector k0of4567 = LOWER_2.selectFrom(low45, low67);
      IntVector k4of4567 = UPPER_2.selectFrom(low45, low67);
      IntVector k8of4567 = LOWER_2.selectFrom(high45, high67);
      IntVector k12of4567 = UPPER_2.selectFrom(high45, high67);
      int t = toOffset + k * ROWS;
      LOWER_4.selectFrom(k0of0123, k0of4567).reinterpretAsFloats().intoArray(to, t);
      UPPER_4.selectFrom(k0of0123, k0of4567).reinterpretAsFloats().intoArray(to, t + L);
      LOWER_4.selectFrom(k4of0123, k4of4567).reinterpretAsFloats().intoArray(to, t + 2 * L);
      UPPER_4.selectFrom(k4of0123, k4of4567).reinterpretAsFloats().intoArray(to, t + 3 * L);
      LOWER_4.selectFrom(k8of0123, k8of4567).reinterpretAsFloats().intoArray(to, t + 4 * L);
      UPPER_4.selectFrom(k8of0123, k8of4567).reinterpretAsFloats().intoArray(to, t + 5 * L);
      LOWER_4.selectFrom(k12of0123, k12of4567).reinterpretAsFloats().intoArray(to, t + 6 * L);
      UPPER_4.selectFrom(k12of0123, k12of4567).reinterpretAsFloats().intoArray(to, t + 7 * L);
    }
    int rest = terms - whole;
    Transpose.copy(rest, ROWS, a, aOffset + whole, aRowStride, to, toOffset + whole * ROWS, ROWS);
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
    // Half a vector, and not a vector of half the width: see VectorWidth.
    VectorMask<Float> rest = S.indexInRange(0, width % L);
    int whole = S.loopBound(width);
    for (int k = 0; k < terms; k++) {
      int i = aOffset + k * aTermStride;
      int t = toOffset + k * width;
      for (int tile = 0; tile < tiles; tile++, i += width, t += toTileStride) {
        for (int j = 0; j < whole; j += L) {
          FloatVector.fromArray(S, a, i + j).intoArray(to, t + j);
        }
        if (whole < width) {
          FloatVector.fromArray(S, a, i + whole, rest).intoArray(to, t + whole, rest);
        }
      }
    }
  }
}
