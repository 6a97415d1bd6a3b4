package org.polyak.cpu;

import java.util.Arrays;

/**
 * Where the vectors of padded rows lie in scratch memory: vector j of row t begins at {@code t ·
 * rowStride + j · vectorStride}.
 *
 * @param width length of a padded row, whole vectors
 * @param rowStride distance between the rows of one vector
 * @param vectorStride distance between the vectors of one row
 */
record RowLayout(int width, int rowStride, int vectorStride) {
  /** Row after row, as matrix products want them. */
  static RowLayout dense(int width, int lanes) {
    return new RowLayout(width, width, lanes);
  }

  /**
   * The first vectors of all rows, then the second vectors: loops over rows read memory without
   * gaps, and by a stride that the compiler knows.
   */
  static RowLayout panels(int width, int rows, int lanes) {
    return new RowLayout(width, lanes, rows * lanes);
  }

  /** Sets rows to zero. */
  void clear(float[] values, int first, int count) {
    int lanes = Math.min(rowStride, vectorStride);
    for (int i = 0; i < width; i += lanes) {
      for (int row = first; row < first + count; row++) {
        int at = row * rowStride + i / lanes * vectorStride;
        Arrays.fill(values, at, at + lanes, 0);
      }
    }
  }
}
