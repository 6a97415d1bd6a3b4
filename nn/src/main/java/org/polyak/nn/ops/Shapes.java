package org.polyak.nn.ops;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Shape;

/**
 * The shapes that operations ask for again in every step: one object for each, which keeps what
 * follows from it, its layout and itself as rows. Where two want the same place, the last one has
 * it. Confined to one thread at a time.
 */
final class Shapes {
  /** A power of two, and many times what the steps of a model ask for. */
  private static final int PLACES = 512;

  private final @Nullable Shape[] kept = new Shape[PLACES];

  /** The shape with these extents. */
  Shape of(int... dims) {
    int hash = Arrays.hashCode(dims) * 0x9E3779B9;
    int place = hash >>> Integer.numberOfLeadingZeros(PLACES - 1);
    Shape shape = kept[place];
    if (shape == null || !shape.isOf(dims)) {
      shape = Shape.of(dims);
      kept[place] = shape;
    }
    return shape;
  }

  /** A shape with one extent replaced. */
  Shape with(Shape shape, int axis, int extent) {
    if (shape.dim(axis) == extent) {
      return shape;
    }
    int[] dims = shape.dims();
    dims[shape.axis(axis)] = extent;
    return of(dims);
  }
}
