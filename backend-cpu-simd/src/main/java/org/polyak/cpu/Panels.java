package org.polyak.cpu;

import java.util.Arrays;

/**
 * The right-hand matrix of a product as the tile loops read it: panels of columns, each a few
 * vectors wide, whose rows lie at a fixed distance. Packed panels are dense, block of terms by
 * block of terms, and padded with zeros to whole vectors; direct panels are read where the matrix
 * lies. Nobody moves them but who made them, between two products.
 */
final class Panels {
  private float[] data = new float[0];
  private int offset;
  private int rowStride;
  private int columns;
  private int depth;
  private boolean dense;

  /** Goes on to panels of so many columns that {@link #pack} writes to this array. */
  Panels packed(float[] packed, int columns, int depth, GemmKernel kernel) {
    return moveTo(packed, CpuBuffer.FIRST, 0, padded(columns, kernel), depth, true);
  }

  /** Goes on to the matrix itself; its columns lie side by side. */
  Panels direct(Operand b, int depth) {
    return moveTo(b.data(), b.offset(), b.rowStride(), 0, depth, false);
  }

  private Panels moveTo(
      float[] data, int offset, int rowStride, int columns, int depth, boolean dense) {
    this.data = data;
    this.offset = offset;
    this.rowStride = rowStride;
    this.columns = columns;
    this.depth = depth;
    this.dense = dense;
    return this;
  }

  float[] data() {
    return data;
  }

  /** Where row {@code k} of the panel that begins at {@code column} and is so wide begins. */
  int position(int column, int k, int width) {
    if (!dense) {
      return offset + k * rowStride + column;
    }
    int row = k % GemmBlocks.DEPTH_BLOCK;
    int first = k - row;
    int terms = Math.min(GemmBlocks.DEPTH_BLOCK, depth - first);
    return offset + first * columns + column * terms + row * width;
  }

  /** Distance between the rows of a panel of this width. */
  int stride(int width) {
    return dense ? width : rowStride;
  }

  /** Width of the panel that begins where {@code columns} are left. */
  static int width(int columns, GemmKernel kernel) {
    return Math.min(padded(columns, kernel), kernel.tileColumns());
  }

  /** Floats that packing these columns takes. */
  static long packedSize(int columns, int depth, GemmKernel kernel) {
    return CpuBuffer.FIRST + (long) padded(columns, kernel) * depth;
  }

  /** The columns and the padding that makes them whole vectors. */
  private static int padded(int columns, GemmKernel kernel) {
    return (columns + kernel.lanes() - 1) & -kernel.lanes();
  }

  /**
   * Packs a few rows {@code [termFrom, termTo)} of one panel, all in one block of terms: row k of
   * it holds {@code b[k, column .. column + width)}, zero beyond {@code n} columns of B.
   */
  void pack(Operand b, int termFrom, int termTo, int n, int column, int width, GemmKernel kernel) {
    int terms = termTo - termFrom;
    int valid = Math.min(width, n - column);
    int to = position(column, termFrom, width);
    int from = b.at(termFrom, column);
    if (b.columnStride() == 1 && valid == width) {
      kernel.packTiles(1, width, terms, b.data(), from, b.rowStride(), data, to, 0);
    } else if (b.rowStride() == 1 && b.columnStride() != 1) {
      Transpose.copy(terms, valid, b.data(), from, b.columnStride(), data, to, width);
    } else {
      for (int k = 0; k < terms; k++) {
        int row = from + k * b.rowStride();
        Strided.copy(valid, b.data(), row, b.columnStride(), data, to + k * width, 1);
      }
    }
    if (valid < width) {
      for (int k = 0; k < terms; k++) {
        Arrays.fill(data, to + k * width + valid, to + (k + 1) * width, 0f);
      }
    }
  }
}
