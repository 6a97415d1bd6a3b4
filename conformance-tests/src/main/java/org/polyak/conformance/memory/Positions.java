package org.polyak.conformance.memory;

import org.polyak.spi.Layout;
import org.polyak.spi.Shape;

/** Where the elements of a view lie in its buffer. */
public final class Positions {
  private Positions() {}

  /** For each element in row-major order, its position in the buffer. */
  public static int[] of(Layout layout) {
    Shape shape = layout.shape();
    int[] positions = new int[Math.toIntExact(shape.size())];
    for (int flat = 0; flat < positions.length; flat++) {
      long position = layout.offset();
      int rest = flat;
      for (int axis = shape.rank() - 1; axis >= 0; axis--) {
        position += rest % shape.dim(axis) * layout.stride(axis);
        rest /= shape.dim(axis);
      }
      positions[flat] = Math.toIntExact(position);
    }
    return positions;
  }
}
