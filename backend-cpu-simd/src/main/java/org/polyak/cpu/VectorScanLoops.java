package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ScanLoops} on the Vector API: a block of four rows by two vectors of the state stays in
 * registers while the tokens go by. Names: rIJ is row I, column vector J of the block of R.
 */
final class VectorScanLoops implements ScanLoops {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  /** What the first rows are added to. */
  private static final float[] ZEROS = new float[MOST_TOKENS * L];

  VectorScanLoops() {}

  @Override
  public int lanes() {
    return L;
  }

  @Override
  public void run(CausalScan.Block block, float[] r) {
    for (int column = 0; column < block.columns(); column += 2 * L) {
      for (int row = 0; row < block.rows(); row += ROW_MULTIPLE) {
        if (column + L < block.columns()) {
          pair(block, row, column, r);
        } else {
          last(block, row, column, r);
        }
      }
    }
  }

  private static void pair(CausalScan.Block block, int row, int column, float[] r) {
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
    int tokens = block.tokens();
    for (int t = 0; t < tokens; t++) {
      int step = t * L;
      int at = xz + step;
      FloatVector y0 = FloatVector.fromArray(S, y, to0 + step);
      FloatVector y1 = FloatVector.fromArray(S, y, to1 + step);
      FloatVector o0 = FloatVector.fromArray(S, sums, from0 + step);
      FloatVector o1 = FloatVector.fromArray(S, sums, from1 + step);
      FloatVector xi = FloatVector.broadcast(S, x[at]);
      FloatVector zi = FloatVector.broadcast(S, z[at]);
      r00 = xi.fma(y0, r00);
      r01 = xi.fma(y1, r01);
      o0 = zi.fma(r00, o0);
      o1 = zi.fma(r01, o1);
      xi = FloatVector.broadcast(S, x[at + 1]);
      zi = FloatVector.broadcast(S, z[at + 1]);
      r10 = xi.fma(y0, r10);
      r11 = xi.fma(y1, r11);
      o0 = zi.fma(r10, o0);
      o1 = zi.fma(r11, o1);
      xi = FloatVector.broadcast(S, x[at + 2]);
      zi = FloatVector.broadcast(S, z[at + 2]);
      r20 = xi.fma(y0, r20);
      r21 = xi.fma(y1, r21);
      o0 = zi.fma(r20, o0);
      o1 = zi.fma(r21, o1);
      xi = FloatVector.broadcast(S, x[at + 3]);
      zi = FloatVector.broadcast(S, z[at + 3]);
      r30 = xi.fma(y0, r30);
      r31 = xi.fma(y1, r31);
      o0 = zi.fma(r30, o0);
      o1 = zi.fma(r31, o1);
      o0.intoArray(out, to0 + step);
      o1.intoArray(out, to1 + step);
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

  private static void last(CausalScan.Block block, int row, int column, float[] r) {
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
    int tokens = block.tokens();
    for (int t = 0; t < tokens; t++) {
      int step = t * L;
      int at = xz + step;
      FloatVector y0 = FloatVector.fromArray(S, y, to + step);
      FloatVector o0 = FloatVector.fromArray(S, sums, from + step);
      FloatVector xi = FloatVector.broadcast(S, x[at]);
      FloatVector zi = FloatVector.broadcast(S, z[at]);
      r0 = xi.fma(y0, r0);
      o0 = zi.fma(r0, o0);
      xi = FloatVector.broadcast(S, x[at + 1]);
      zi = FloatVector.broadcast(S, z[at + 1]);
      r1 = xi.fma(y0, r1);
      o0 = zi.fma(r1, o0);
      xi = FloatVector.broadcast(S, x[at + 2]);
      zi = FloatVector.broadcast(S, z[at + 2]);
      r2 = xi.fma(y0, r2);
      o0 = zi.fma(r2, o0);
      xi = FloatVector.broadcast(S, x[at + 3]);
      zi = FloatVector.broadcast(S, z[at + 3]);
      r3 = xi.fma(y0, r3);
      o0 = zi.fma(r3, o0);
      o0.intoArray(out, to + step);
    }
    r0.intoArray(r, s0);
    r1.intoArray(r, s1);
    r2.intoArray(r, s2);
    r3.intoArray(r, s3);
  }
}
