package org.polyak.conformance.memory;

import java.util.stream.IntStream;
import org.polyak.spi.Layout;
import org.polyak.spi.Shape;

/** How a tensor lies in its buffer. All but the first begin at an odd offset. */
public enum Placement {
  /** Row-major without gaps from the buffer's first element. */
  DENSE,
  /** Row-major without gaps, not aligned. */
  OFFSET,
  /** Gaps after each row and each matrix; neighbours on the last axis touch. */
  GAPPED,
  /** Gaps everywhere: neighbours on the last axis are 3 apart. */
  STRIDED,
  /** The last two axes exchanged in memory, with gaps between columns. */
  TRANSPOSED,
  /** All axes in reverse order in memory, without gaps. */
  REVERSED,
  /**
   * Sequence before batch in memory, with gaps between tokens, for {@code [B, N, H, D]}: the last
   * two axes are contiguous.
   */
  TOKENS;

  private static final int ODD = 5;

  /** The layout of a shape. */
  public Layout layout(Shape shape) {
    int rank = shape.rank();
    int[] rowMajor = IntStream.range(0, rank).toArray();
    return switch (this) {
      case DENSE -> Layout.contiguous(shape);
      case OFFSET -> strided(shape, rowMajor, 1, 0);
      case GAPPED -> strided(shape, rowMajor, 1, 3);
      case STRIDED -> strided(shape, rowMajor, 3, 2);
      case TRANSPOSED -> strided(shape, exchanged(rowMajor, rank - 2, rank - 1), 1, 2);
      case REVERSED ->
          strided(shape, IntStream.range(0, rank).map(a -> rank - 1 - a).toArray(), 1, 0);
      case TOKENS -> tokens(shape);
    };
  }

  /**
   * Strides for axes in an order from the slowest to the fastest.
   *
   * @param step between neighbours on the fastest axis
   * @param gap elements left out at the end of every other axis
   */
  private static Layout strided(Shape shape, int[] order, int step, int gap) {
    long[] strides = new long[shape.rank()];
    long stride = step;
    for (int i = order.length - 1; i >= 0; i--) {
      strides[order[i]] = stride;
      stride = stride * shape.dim(order[i]) + gap;
    }
    return Layout.strided(shape, strides, ODD);
  }

  private static Layout tokens(Shape shape) {
    long token = (long) shape.dim(2) * shape.dim(3);
    long perToken = token + 7;
    long[] strides = {perToken, perToken * shape.dim(0), shape.dim(3), 1};
    return Layout.strided(shape, strides, ODD);
  }

  private static int[] exchanged(int[] axes, int first, int second) {
    if (first >= 0) {
      int held = axes[first];
      axes[first] = axes[second];
      axes[second] = held;
    }
    return axes;
  }
}
