package org.polyak.cpu;

import java.util.Arrays;
import org.polyak.spi.Tensor;

/**
 * How the rows of a matrix are cut into tasks: by its extents alone, so that sums over rows do not
 * depend on the number of threads.
 *
 * @param total number of rows
 * @param size rows in every block but the last
 */
record RowBlocks(int total, int size) {
  private static final int LEAST_ELEMENTS = 16 * 1024;
  private static final int MOST_BLOCKS = 64;

  /** Blocks of a few thousand elements, and not more than 64 of them. */
  static RowBlocks of(int rows, int width) {
    int enough = Math.ceilDiv(LEAST_ELEMENTS, Math.max(width, 1));
    return new RowBlocks(rows, Math.max(enough, Math.ceilDiv(rows, MOST_BLOCKS)));
  }

  /** Number of blocks. */
  int count() {
    return Math.ceilDiv(total, size);
  }

  /** First row of a block. */
  int first(int block) {
    return block * size;
  }

  /** Number of rows of a block. */
  int rows(int block) {
    return Math.min(size, total - first(block));
  }

  /**
   * Adds up, in the order of the blocks, a stretch of what each block summed.
   *
   * @param sums the blocks' sums, one block after another
   * @param stride sums per block
   * @param from first sum of the stretch
   * @param length length of the stretch
   * @param out receives the totals
   */
  void total(float[] sums, int stride, int from, int length, Tensor out) {
    float[] data = CpuBuffer.floats(out);
    int offset = CpuBuffer.offset(out);
    Arrays.fill(data, offset, offset + length, 0);
    for (int block = 0; block < count(); block++) {
      int at = block * stride + from;
      for (int i = 0; i < length; i++) {
        data[offset + i] += sums[at + i];
      }
    }
  }
}
