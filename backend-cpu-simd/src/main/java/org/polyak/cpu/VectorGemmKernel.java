package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** {@link GemmKernel} on the Vector API. Names: cIJ is the sum of row I and column vector J. */
final class VectorGemmKernel implements GemmKernel {
  private static final VectorWidth WIDTH = VectorWidth.of(MethodHandles.lookup());
  private static final VectorSpecies<Float> S = WIDTH.floats();
  private static final int L = S.length();

  /** 24 sums fit the 32 registers of AVX-512, 12 sums the 16 registers of AVX2 and SSE. */
  private static final int TILE_VECTORS = WIDTH == VectorWidth.BITS_512 ? 4 : 2;

  VectorGemmKernel() {}

  @Override
  public int lanes() {
    return L;
  }

  @Override
  public int tileVectors() {
    return TILE_VECTORS;
  }

  @Override
  public void tile(
      int vectors,
      int depth,
      float[] a,
      int[] aRow,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      boolean accumulate) {
    switch (vectors) {
      case 4 -> tile4(depth, a, aRow, b, bOffset, bStride, c, cOffset, cStride, accumulate);
      case 2 -> tile2(depth, a, aRow, b, bOffset, bStride, c, cOffset, cStride, accumulate);
      case 1 -> tile1(depth, a, aRow, b, bOffset, bStride, c, cOffset, cStride, accumulate);
      default -> throw new IllegalArgumentException("no tile of " + vectors + " vectors");
    }
  }

  private static void tile4(
      int depth,
      float[] a,
      int[] aRow,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      boolean accumulate) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector c00 = zero, c01 = zero, c02 = zero, c03 = zero;
    FloatVector c10 = zero, c11 = zero, c12 = zero, c13 = zero;
    FloatVector c20 = zero, c21 = zero, c22 = zero, c23 = zero;
    FloatVector c30 = zero, c31 = zero, c32 = zero, c33 = zero;
    FloatVector c40 = zero, c41 = zero, c42 = zero, c43 = zero;
    FloatVector c50 = zero, c51 = zero, c52 = zero, c53 = zero;
    int a0 = aRow[0];
    int a1 = aRow[1];
    int a2 = aRow[2];
    int a3 = aRow[3];
    int a4 = aRow[4];
    int a5 = aRow[5];
    int bk = bOffset;
    for (int k = 0; k < depth; k++, bk += bStride) {
      FloatVector b0 = FloatVector.fromArray(S, b, bk);
      FloatVector b1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector b2 = FloatVector.fromArray(S, b, bk + 2 * L);
      FloatVector b3 = FloatVector.fromArray(S, b, bk + 3 * L);
      FloatVector row = FloatVector.broadcast(S, a[a0 + k]);
      c00 = row.fma(b0, c00);
      c01 = row.fma(b1, c01);
      c02 = row.fma(b2, c02);
      c03 = row.fma(b3, c03);
      row = FloatVector.broadcast(S, a[a1 + k]);
      c10 = row.fma(b0, c10);
      c11 = row.fma(b1, c11);
      c12 = row.fma(b2, c12);
      c13 = row.fma(b3, c13);
      row = FloatVector.broadcast(S, a[a2 + k]);
      c20 = row.fma(b0, c20);
      c21 = row.fma(b1, c21);
      c22 = row.fma(b2, c22);
      c23 = row.fma(b3, c23);
      row = FloatVector.broadcast(S, a[a3 + k]);
      c30 = row.fma(b0, c30);
      c31 = row.fma(b1, c31);
      c32 = row.fma(b2, c32);
      c33 = row.fma(b3, c33);
      row = FloatVector.broadcast(S, a[a4 + k]);
      c40 = row.fma(b0, c40);
      c41 = row.fma(b1, c41);
      c42 = row.fma(b2, c42);
      c43 = row.fma(b3, c43);
      row = FloatVector.broadcast(S, a[a5 + k]);
      c50 = row.fma(b0, c50);
      c51 = row.fma(b1, c51);
      c52 = row.fma(b2, c52);
      c53 = row.fma(b3, c53);
    }
    int r0 = cOffset;
    int r1 = r0 + cStride;
    int r2 = r1 + cStride;
    int r3 = r2 + cStride;
    int r4 = r3 + cStride;
    int r5 = r4 + cStride;
    if (accumulate) {
      c00 = c00.add(FloatVector.fromArray(S, c, r0));
      c01 = c01.add(FloatVector.fromArray(S, c, r0 + L));
      c02 = c02.add(FloatVector.fromArray(S, c, r0 + 2 * L));
      c03 = c03.add(FloatVector.fromArray(S, c, r0 + 3 * L));
      c10 = c10.add(FloatVector.fromArray(S, c, r1));
      c11 = c11.add(FloatVector.fromArray(S, c, r1 + L));
      c12 = c12.add(FloatVector.fromArray(S, c, r1 + 2 * L));
      c13 = c13.add(FloatVector.fromArray(S, c, r1 + 3 * L));
      c20 = c20.add(FloatVector.fromArray(S, c, r2));
      c21 = c21.add(FloatVector.fromArray(S, c, r2 + L));
      c22 = c22.add(FloatVector.fromArray(S, c, r2 + 2 * L));
      c23 = c23.add(FloatVector.fromArray(S, c, r2 + 3 * L));
      c30 = c30.add(FloatVector.fromArray(S, c, r3));
      c31 = c31.add(FloatVector.fromArray(S, c, r3 + L));
      c32 = c32.add(FloatVector.fromArray(S, c, r3 + 2 * L));
      c33 = c33.add(FloatVector.fromArray(S, c, r3 + 3 * L));
      c40 = c40.add(FloatVector.fromArray(S, c, r4));
      c41 = c41.add(FloatVector.fromArray(S, c, r4 + L));
      c42 = c42.add(FloatVector.fromArray(S, c, r4 + 2 * L));
      c43 = c43.add(FloatVector.fromArray(S, c, r4 + 3 * L));
      c50 = c50.add(FloatVector.fromArray(S, c, r5));
      c51 = c51.add(FloatVector.fromArray(S, c, r5 + L));
      c52 = c52.add(FloatVector.fromArray(S, c, r5 + 2 * L));
      c53 = c53.add(FloatVector.fromArray(S, c, r5 + 3 * L));
    }
    c00.intoArray(c, r0);
    c01.intoArray(c, r0 + L);
    c02.intoArray(c, r0 + 2 * L);
    c03.intoArray(c, r0 + 3 * L);
    c10.intoArray(c, r1);
    c11.intoArray(c, r1 + L);
    c12.intoArray(c, r1 + 2 * L);
    c13.intoArray(c, r1 + 3 * L);
    c20.intoArray(c, r2);
    c21.intoArray(c, r2 + L);
    c22.intoArray(c, r2 + 2 * L);
    c23.intoArray(c, r2 + 3 * L);
    c30.intoArray(c, r3);
    c31.intoArray(c, r3 + L);
    c32.intoArray(c, r3 + 2 * L);
    c33.intoArray(c, r3 + 3 * L);
    c40.intoArray(c, r4);
    c41.intoArray(c, r4 + L);
    c42.intoArray(c, r4 + 2 * L);
    c43.intoArray(c, r4 + 3 * L);
    c50.intoArray(c, r5);
    c51.intoArray(c, r5 + L);
    c52.intoArray(c, r5 + 2 * L);
    c53.intoArray(c, r5 + 3 * L);
  }

  private static void tile2(
      int depth,
      float[] a,
      int[] aRow,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      boolean accumulate) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector c00 = zero, c01 = zero;
    FloatVector c10 = zero, c11 = zero;
    FloatVector c20 = zero, c21 = zero;
    FloatVector c30 = zero, c31 = zero;
    FloatVector c40 = zero, c41 = zero;
    FloatVector c50 = zero, c51 = zero;
    int a0 = aRow[0];
    int a1 = aRow[1];
    int a2 = aRow[2];
    int a3 = aRow[3];
    int a4 = aRow[4];
    int a5 = aRow[5];
    int bk = bOffset;
    for (int k = 0; k < depth; k++, bk += bStride) {
      FloatVector b0 = FloatVector.fromArray(S, b, bk);
      FloatVector b1 = FloatVector.fromArray(S, b, bk + L);
      FloatVector row = FloatVector.broadcast(S, a[a0 + k]);
      c00 = row.fma(b0, c00);
      c01 = row.fma(b1, c01);
      row = FloatVector.broadcast(S, a[a1 + k]);
      c10 = row.fma(b0, c10);
      c11 = row.fma(b1, c11);
      row = FloatVector.broadcast(S, a[a2 + k]);
      c20 = row.fma(b0, c20);
      c21 = row.fma(b1, c21);
      row = FloatVector.broadcast(S, a[a3 + k]);
      c30 = row.fma(b0, c30);
      c31 = row.fma(b1, c31);
      row = FloatVector.broadcast(S, a[a4 + k]);
      c40 = row.fma(b0, c40);
      c41 = row.fma(b1, c41);
      row = FloatVector.broadcast(S, a[a5 + k]);
      c50 = row.fma(b0, c50);
      c51 = row.fma(b1, c51);
    }
    int r0 = cOffset;
    int r1 = r0 + cStride;
    int r2 = r1 + cStride;
    int r3 = r2 + cStride;
    int r4 = r3 + cStride;
    int r5 = r4 + cStride;
    if (accumulate) {
      c00 = c00.add(FloatVector.fromArray(S, c, r0));
      c01 = c01.add(FloatVector.fromArray(S, c, r0 + L));
      c10 = c10.add(FloatVector.fromArray(S, c, r1));
      c11 = c11.add(FloatVector.fromArray(S, c, r1 + L));
      c20 = c20.add(FloatVector.fromArray(S, c, r2));
      c21 = c21.add(FloatVector.fromArray(S, c, r2 + L));
      c30 = c30.add(FloatVector.fromArray(S, c, r3));
      c31 = c31.add(FloatVector.fromArray(S, c, r3 + L));
      c40 = c40.add(FloatVector.fromArray(S, c, r4));
      c41 = c41.add(FloatVector.fromArray(S, c, r4 + L));
      c50 = c50.add(FloatVector.fromArray(S, c, r5));
      c51 = c51.add(FloatVector.fromArray(S, c, r5 + L));
    }
    c00.intoArray(c, r0);
    c01.intoArray(c, r0 + L);
    c10.intoArray(c, r1);
    c11.intoArray(c, r1 + L);
    c20.intoArray(c, r2);
    c21.intoArray(c, r2 + L);
    c30.intoArray(c, r3);
    c31.intoArray(c, r3 + L);
    c40.intoArray(c, r4);
    c41.intoArray(c, r4 + L);
    c50.intoArray(c, r5);
    c51.intoArray(c, r5 + L);
  }

  private static void tile1(
      int depth,
      float[] a,
      int[] aRow,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      boolean accumulate) {
    FloatVector c0 = FloatVector.zero(S);
    FloatVector c1 = c0;
    FloatVector c2 = c0;
    FloatVector c3 = c0;
    FloatVector c4 = c0;
    FloatVector c5 = c0;
    int a0 = aRow[0];
    int a1 = aRow[1];
    int a2 = aRow[2];
    int a3 = aRow[3];
    int a4 = aRow[4];
    int a5 = aRow[5];
    int bk = bOffset;
    for (int k = 0; k < depth; k++, bk += bStride) {
      FloatVector bRow = FloatVector.fromArray(S, b, bk);
      c0 = FloatVector.broadcast(S, a[a0 + k]).fma(bRow, c0);
      c1 = FloatVector.broadcast(S, a[a1 + k]).fma(bRow, c1);
      c2 = FloatVector.broadcast(S, a[a2 + k]).fma(bRow, c2);
      c3 = FloatVector.broadcast(S, a[a3 + k]).fma(bRow, c3);
      c4 = FloatVector.broadcast(S, a[a4 + k]).fma(bRow, c4);
      c5 = FloatVector.broadcast(S, a[a5 + k]).fma(bRow, c5);
    }
    int r0 = cOffset;
    int r1 = r0 + cStride;
    int r2 = r1 + cStride;
    int r3 = r2 + cStride;
    int r4 = r3 + cStride;
    int r5 = r4 + cStride;
    if (accumulate) {
      c0 = c0.add(FloatVector.fromArray(S, c, r0));
      c1 = c1.add(FloatVector.fromArray(S, c, r1));
      c2 = c2.add(FloatVector.fromArray(S, c, r2));
      c3 = c3.add(FloatVector.fromArray(S, c, r3));
      c4 = c4.add(FloatVector.fromArray(S, c, r4));
      c5 = c5.add(FloatVector.fromArray(S, c, r5));
    }
    c0.intoArray(c, r0);
    c1.intoArray(c, r1);
    c2.intoArray(c, r2);
    c3.intoArray(c, r3);
    c4.intoArray(c, r4);
    c5.intoArray(c, r5);
  }

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
