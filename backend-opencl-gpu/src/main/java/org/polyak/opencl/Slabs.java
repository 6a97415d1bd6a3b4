package org.polyak.opencl;

import org.polyak.spi.DType;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * Sums over the rows of a matrix in two stages, so that many work-items take part and the order of
 * addition depends on the shape alone: a sum for every slab of rows, then the sum of these.
 *
 * @param rows of the matrix
 * @param width of the matrix
 * @param slab rows of a slab
 */
record Slabs(int rows, int width, int slab) {
  private static final int MOST_SLABS = 256;
  private static final int LEAST_ROWS = 16;

  static Slabs of(int rows, int width) {
    int slab = Math.max(LEAST_ROWS, (rows + MOST_SLABS - 1) / MOST_SLABS);
    return new Slabs(rows, width, slab);
  }

  /** Number of slabs. */
  int count() {
    return Math.max(1, (rows + slab - 1) / slab);
  }

  /** Room for a sum of every slab and column. */
  Tensor allocate(Scope scope) {
    return scope.allocate(DType.F32, Shape.of(count(), width));
  }

  /** The second stage. */
  void total(Reduction reduction, Tensor sums, Tensor out) {
    Shape row = Shape.of(1, width);
    reduction.reduce(ReduceOp.SUM, sums, 0, out.view(out.layout().reshape(row).orElseThrow()));
  }
}
