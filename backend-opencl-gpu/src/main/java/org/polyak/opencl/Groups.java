package org.polyak.opencl;

/** Sizes of launches. */
final class Groups {
  private Groups() {}

  /** The least multiple of a group's size that is not less than a count. */
  static long cover(long count, long size) {
    return (count + size - 1) / size * size;
  }

  /** The least power of two that is not less than a count. */
  static int powerOfTwo(int count) {
    return count <= 1 ? 1 : Integer.highestOneBit(count - 1) << 1;
  }
}
