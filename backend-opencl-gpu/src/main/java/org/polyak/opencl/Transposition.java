package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Tensor;

/**
 * Copies whose source is contiguous along another axis than their target, through local memory.
 * Reads and writes then both touch neighbours.
 */
final class Transposition {
  private static final int SMALL_TILE = 32;
  private static final int LARGE_TILE = 64;
  private static final String SMALL = "-DTILE=32 -DGROUP=256";
  private static final String LARGE = "-DTILE=64 -DGROUP=256";
  private static final int GROUP = 256;

  /** Narrower matrices fill too little of a tile. */
  private static final int NARROW = 8;

  private static final int COLUMNS = Loops.DEPTH - 1;

  private final OpenClDevice device;

  Transposition(OpenClDevice device) {
    this.device = device;
  }

  /** Copies and returns true if this is such a copy; not empty, of elements of four bytes. */
  boolean copy(Tensor in, Tensor out) {
    if (device.traits().groupSize() < GROUP) {
      return false;
    }
    Loops loops = Loops.over(out.layout(), in.layout());
    int rows = rows(loops);
    if (rows == COLUMNS) {
      return false;
    }
    int outer = rows == 0 ? 1 : 0;
    int inner = rows == 2 ? 1 : 2;
    int[] extents = loops.extents();
    int tile = Math.min(extents[rows], extents[COLUMNS]) > SMALL_TILE ? LARGE_TILE : SMALL_TILE;
    Kernel kernel = device.kernel("transpose", tile == LARGE_TILE ? LARGE : SMALL, "transpose");
    long tiles = (long) Math.ceilDiv(extents[rows], tile) * Math.ceilDiv(extents[COLUMNS], tile);
    for (long[] start : loops.starts()) {
      int[] to = loops.strides()[0];
      int[] from = loops.strides()[1];
      kernel
          .memory(OpenClBuffer.memory(out))
          .integer(start[0])
          .integer(to[rows])
          .integers(to[outer], to[inner])
          .memory(OpenClBuffer.memory(in))
          .integer(start[1])
          .integer(from[COLUMNS])
          .integers(from[outer], from[inner])
          .integer(extents[rows])
          .integer(extents[COLUMNS])
          .integer(extents[inner])
          .launch(device.queue(), tiles * extents[outer] * extents[inner] * GROUP, GROUP);
    }
    return true;
  }

  /** The loop in which the source is contiguous; the innermost when turning would not help. */
  private static int rows(Loops loops) {
    int[] extents = loops.extents();
    int[] from = loops.strides()[1];
    if (loops.strides()[0][COLUMNS] == 1 && from[COLUMNS] > 1 && extents[COLUMNS] >= NARROW) {
      for (int axis = 0; axis < COLUMNS; axis++) {
        if (from[axis] == 1 && extents[axis] >= NARROW) {
          return axis;
        }
      }
    }
    return COLUMNS;
  }
}
