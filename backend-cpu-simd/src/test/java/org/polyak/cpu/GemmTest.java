package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GemmTest {
  /** Unit round-off of binary32. */
  private static final double UNIT = 0x1p-24;

  private static final int GUARD = 7;
  private static final int CASES = 400;

  /** A random problem: strides, gaps, offsets and broadcast batches included. */
  private record Problem(
      Batch batch, int m, int n, int depth, Operand a, Operand b, Operand c, boolean accumulate) {
    static Problem random(Random random) {
      int m = extent(random);
      int n = extent(random);
      int depth = random.nextInt(20) == 0 ? 0 : extent(random);
      if (random.nextInt(12) == 0) {
        depth = GemmBlocks.DEPTH_BLOCK + random.nextInt(600);
      }
      int[] extents = random.nextInt(3) == 0 ? new int[] {1 + random.nextInt(2), 3} : new int[0];
      if (random.nextInt(40) == 0) {
        extents = new int[] {37};
      }
      int[] aStrides = new int[extents.length];
      int[] bStrides = new int[extents.length];
      int[] cStrides = new int[extents.length];
      Operand a = operand(random, m, depth, extents, aStrides, true);
      Operand b = operand(random, depth, n, extents, bStrides, true);
      Operand c = operand(random, m, n, extents, cStrides, false);
      Batch batch = new Batch(extents, aStrides, bStrides, cStrides);
      return new Problem(batch, m, n, depth, a, b, c, random.nextBoolean());
    }

    private static int extent(Random random) {
      int[] awkward = {1, 2, 3, 5, 6, 7, 13, 16, 31, 32, 33, 48, 63, 64, 65, 100, 127, 129};
      return awkward[random.nextInt(awkward.length)];
    }

    private static Operand operand(
        Random random, int rows, int columns, int[] extents, int[] strides, boolean mayRepeat) {
      int gap = random.nextInt(2) * random.nextInt(5);
      boolean transposed = random.nextBoolean();
      boolean spaced = random.nextInt(8) == 0;
      int inner = spaced ? 2 : 1;
      int rowStride = transposed ? inner : columns * inner + gap;
      int columnStride = transposed ? rows * inner + gap : inner;
      int size = Math.max(1, rows * rowStride + columns * columnStride);
      for (int axis = extents.length - 1; axis >= 0; axis--) {
        if (mayRepeat && random.nextInt(3) == 0) {
          strides[axis] = 0;
        } else {
          strides[axis] = size;
          size *= extents[axis];
        }
      }
      float[] data = new float[size + 2 * GUARD];
      for (int i = 0; i < data.length; i++) {
        data[i] = (random.nextFloat() - 0.5f) * (float) Math.pow(10, random.nextInt(5) - 2);
      }
      return new Operand(data, GUARD, rowStride, columnStride);
    }

    Problem withCopyOfC() {
      Operand copy = new Operand(c.data().clone(), c.offset(), c.rowStride(), c.columnStride());
      return new Problem(batch, m, n, depth, a, b, copy, accumulate);
    }

    void run(Gemm gemm) {
      gemm.multiply(batch, m, n, depth, a, b, c, accumulate);
    }

    @Override
    public String toString() {
      return "m %d n %d depth %d batch %d accumulate %s A strides %d %d B strides %d %d C strides %d %d"
          .formatted(
              m,
              n,
              depth,
              batch.count(),
              accumulate,
              a.rowStride(),
              a.columnStride(),
              b.rowStride(),
              b.columnStride(),
              c.rowStride(),
              c.columnStride());
    }
  }

  @ParameterizedTest
  @EnumSource(VectorWidth.class)
  void productsAgreeWithFloat64WithinTheRoundingOfTheirTerms(VectorWidth width) {
    Random random = new Random(20261122);
    try (WorkerPool pool = new WorkerPool(3)) {
      Gemm gemm = gemm(pool, width);
      for (int i = 0; i < CASES; i++) {
        check(Problem.random(random), gemm);
      }
    }
  }

  @Test
  void largeProductsTakeThePackedPathAndAgreeWithFloat64() {
    Random random = new Random(5);
    try (WorkerPool pool = new WorkerPool(2)) {
      Gemm gemm = gemm(pool, VectorWidth.preferred());
      for (int[] shape :
          new int[][] {
            {200, 300, 1100}, {1, 700, 900}, {700, 2, 900}, {50, 650, 70}, {40, 650, 300}
          }) {
        for (int transposes = 0; transposes < 8; transposes++) {
          int m = shape[0];
          int n = shape[1];
          int depth = shape[2];
          Operand a = dense(random, m, depth, (transposes & 1) != 0);
          Operand b = dense(random, depth, n, (transposes & 2) != 0);
          Operand c = dense(random, m, n, (transposes & 4) != 0);
          check(new Problem(Batch.SINGLE, m, n, depth, a, b, c, transposes % 3 == 0), gemm);
        }
      }
    }
  }

  @Test
  void bitsDoNotDependOnTheNumberOfThreads() {
    Random random = new Random(77);
    try (WorkerPool one = new WorkerPool(1);
        WorkerPool four = new WorkerPool(4)) {
      Gemm alone = gemm(one, VectorWidth.preferred());
      Gemm shared = gemm(four, VectorWidth.preferred());
      for (int i = 0; i < CASES; i++) {
        Problem problem = Problem.random(random);
        Problem copy = problem.withCopyOfC();
        problem.run(alone);
        copy.run(shared);
        assertThat(copy.c().data()).as(problem.toString()).isEqualTo(problem.c().data());
      }
    }
  }

  @Test
  void nanInOneRowStaysInThatRow() {
    try (WorkerPool pool = new WorkerPool(1)) {
      int m = 8;
      int n = 40;
      int depth = 20;
      Operand a = dense(new Random(1), m, depth, false);
      Operand b = dense(new Random(2), depth, n, true);
      Operand c = dense(new Random(3), m, n, false);
      a.data()[a.at(7, 3)] = Float.NaN;
      gemm(pool, VectorWidth.preferred()).multiply(Batch.SINGLE, m, n, depth, a, b, c, false);
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          assertThat(Float.isNaN(c.data()[c.at(i, j)])).isEqualTo(i == 7);
        }
      }
    }
  }

  private static Gemm gemm(WorkerPool pool, VectorWidth width) {
    return new Gemm(pool, ArrayPool.ofFloats(1 << 20), GemmBlocks.of(width));
  }

  private static Operand dense(Random random, int rows, int columns, boolean transposed) {
    float[] data = new float[rows * columns];
    for (int i = 0; i < data.length; i++) {
      data[i] = random.nextFloat() - 0.5f;
    }
    return transposed ? new Operand(data, 0, 1, rows) : new Operand(data, 0, columns, 1);
  }

  /** Compares every element, and that nothing but the elements of C was written. */
  private static void check(Problem p, Gemm gemm) {
    float[] before = p.c.data().clone();
    p.run(gemm);
    float[] expectedUntouched = before.clone();
    for (int t = 0; t < p.batch.count(); t++) {
      int aAt = p.batch.distanceA(t);
      int bAt = p.batch.distanceB(t);
      int cAt = p.batch.distanceC(t);
      for (int i = 0; i < p.m; i++) {
        for (int j = 0; j < p.n; j++) {
          int at = p.c.at(i, j) + cAt;
          double sum = p.accumulate ? before[at] : 0;
          double magnitude = Math.abs(sum);
          for (int k = 0; k < p.depth; k++) {
            double term = (double) p.a.data()[p.a.at(i, k) + aAt] * p.b.data()[p.b.at(k, j) + bAt];
            sum += term;
            magnitude += Math.abs(term);
          }
          // Each of depth + 1 additions rounds once, relative to at most the sum of magnitudes.
          double bound = (p.depth + 2) * UNIT * magnitude;
          if (!(Math.abs(p.c.data()[at] - sum) <= bound)) {
            fail("C[%d, %d] of %s is %s, expected %s", i, j, p, p.c.data()[at], sum);
          }
          expectedUntouched[at] = p.c.data()[at];
        }
      }
    }
    assertThat(p.c.data()).as("memory around C of %s", p).isEqualTo(expectedUntouched);
  }
}
