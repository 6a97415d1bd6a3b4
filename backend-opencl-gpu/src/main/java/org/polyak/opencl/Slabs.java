package org.polyak.opencl;

import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.DType;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * Sums over the rows of a matrix in two stages, so that many work-items take part and the order of
 * addition depends on the shape alone: a row of sums for every slab of rows, then the sum of these.
 *
 * @param count of slabs
 * @param width of the matrix, or of two that are summed side by side
 */
record Slabs(int count, int width) {
  /** Enough work-groups for any device, few enough for a quick second stage. */
  static final int MOST = 512;

  private static final int COLUMNS = 8;
  private static final int STACK = 32;
  private static final String STACKED = "-DCOLUMNS=8 -DSTACK=32";
  private static final String ALONE = "-DCOLUMNS=8 -DSTACK=1";

  /** Room for a sum of every slab and column. */
  Tensor allocate(Scope scope) {
    return scope.allocate(DType.F32, Shape.of(count, width));
  }

  /**
   * The second stage.
   *
   * @param first receives the sums of the first columns
   * @param second receives those of the others; null when they are not wanted
   */
  void total(OpenClDevice device, Tensor sums, Tensor first, @Nullable Tensor second) {
    int firstWidth = Math.toIntExact(first.shape().size());
    boolean stacked =
        device.traits().cooperative() && device.traits().groupSize() >= COLUMNS * STACK;
    int group = stacked ? COLUMNS * STACK : COLUMNS;
    int wanted = second == null ? firstWidth : width;
    Kernel kernel = device.kernel("slabs", stacked ? STACKED : ALONE, "totals");
    Arguments.contiguous(kernel, first);
    Arguments.optional(kernel, second, first)
        .memory(OpenClBuffer.memory(sums))
        .integer(count)
        .integer(firstWidth)
        .integer(wanted)
        .integer(width)
        .launch(device.queue(), (long) Math.ceilDiv(wanted, COLUMNS) * group, group);
  }
}
