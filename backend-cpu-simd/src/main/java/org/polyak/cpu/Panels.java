package org.polyak.cpu;

import java.util.Arrays;

/**
 * The right-hand matrix of a product as the tile loops read it: panels of columns, each a few
 * vectors wide, whose rows lie at a fixed distance. Packed panels are dense and padded with zeros
 * to whole vectors; direct panels are read where the matrix lies. Nobody moves them but who made
 * them, between two products.
 */
final class Panels {
  private float[] data = new float[0];
  private int offset;
  private int rowStride;
  private int depth;
  private boolean dense;

  /** Goes on to panels written one after another by {@link #pack}. */
  Panels packed(float[] packed, int depth) {
    return moveTo(packed, 0, 0, depth, true);
  }

  /** Goes on to the matrix itself; its columns lie side by side. */
  Panels direct(Operand b, int depth) {
    return moveTo(b.data(), b.offset(), b.rowStride(), depth, false);
  }

  private Panels moveTo(float[] data, int offset, int rowStride, int depth, boolean dense) {
    this.data = data;
    this.offset = offset;
    this.rowStride = rowStride;
    this.depth = depth;
    this.dense = dense;
    return this;
  }

  float[] data() {
    return data;
  }

  /** Where row {@code k} of the panel that begins at {@code column} and is so wide begins. */
  int position(int column, int k, int width) {
    return dense ? offset + column * depth + k * width : offset + k * rowStride + column;
  }

  /** Distance between the rows of a panel of this width. */
  int stride(int width) {
    return dense ? width : rowStride;
  }

  /**
   * Vectors in the panel that begins where {@code columns} are left: the widest panel, unless it
   * leaves a single vector; then two panels share what is left.
   */
  static int vectors(int columns, GemmKernel kernel) {
    int left = Tasks.count(columns, kernel.lanes());
    int most = kernel.tileVectors();
    return left == most + 1 ? Tasks.count(left, 2) : Math.min(left, most);
  }

  /** Floats that packing these columns takes. */
  static long packedSize(int columns, int depth, GemmKernel kernel) {
    return (long) Tasks.count(columns, kernel.lanes()) * kernel.lanes() * depth;
  }

  /**
   * Packs one panel's rows {@code [termFrom, termTo)}: row k of it holds {@code b[k, column ..
   * column + width)}, zero beyond {@code columns} of B.
   *
   * @param toOffset where row 0 of the panel lies
   */
  static void pack(
      Operand b,
      int termFrom,
      int termTo,
      int columns,
      int column,
      int width,
      float[] to,
      int toOffset) {
    int valid = Math.min(width, columns - column);
    if (b.rowStride() == 1 && b.columnStride() != 1) {
      Transpose.copy(
          termTo - termFrom,
          valid,
          b.data(),
          b.at(termFrom, column),
          b.columnStride(),
          to,
          toOffset + termFrom * width,
          width);
    } else {
      for (int k = termFrom; k < termTo; k++) {
        Strided.copy(
            valid, b.data(), b.at(k, column), b.columnStride(), to, toOffset + k * width, 1);
      }
    }
    if (valid < width) {
      for (int k = termFrom; k < termTo; k++) {
        Arrays.fill(to, toOffset + k * width + valid, toOffset + (k + 1) * width, 0f);
      }
    }
  }
}
