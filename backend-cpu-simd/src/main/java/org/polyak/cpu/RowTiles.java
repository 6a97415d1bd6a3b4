package org.polyak.cpu;

/**
 * A few rows and terms of the left-hand matrix of a product as the tile loops read them: term by
 * term, the elements of a tile's rows side by side, zeros for rows that do not exist. Packed so,
 * the distance from term to term is a constant, of which the compiler can tell that no access is
 * out of bounds. A worker uses one object for all its products.
 */
final class RowTiles {
  /** One cache line between tiles, so that their terms do not meet in one cache set. */
  private static final int GAP = 16;

  private Operand a = new Operand();
  private float[] packed = new float[0];
  private float[] edge = new float[0];
  private int tileRows;
  private int terms;

  /** Goes on to a matrix, with room for so many rows and terms at a time. */
  void begin(Operand a, GemmKernel kernel, int mostRows, int mostTerms) {
    this.a = a;
    tileRows = kernel.tileRows();
    int size = Tasks.count(mostRows, tileRows) * (tileRows * mostTerms + GAP);
    if (packed.length < size) {
      packed = new float[size];
      edge = new float[tileRows * kernel.tileColumns()];
    }
  }

  /** Packs terms {@code [first, first + count)} of rows {@code [rowFrom, rowTo)}. */
  void moveTo(GemmKernel kernel, int rowFrom, int rowTo, int first, int count) {
    terms = count;
    int tiles = (rowTo - rowFrom) / tileRows;
    int at = 0;
    int row = rowFrom;
    if (a.rowStride() == 1) {
      int from = a.at(row, first);
      kernel.packTiles(
          tiles, tileRows, count, a.data(), from, a.columnStride(), packed, at, tileSize());
      at += tiles * tileSize();
      row += tiles * tileRows;
    } else if (a.columnStride() == 1) {
      for (; row <= rowTo - tileRows; row += tileRows, at += tileSize()) {
        kernel.packRows(count, a.data(), a.at(row, first), a.rowStride(), packed, at);
      }
    }
    for (; row < rowTo; row += tileRows, at += tileSize()) {
      pack(row, Math.min(tileRows, rowTo - row), first, at);
    }
  }

  private void pack(int row, int rows, int first, int at) {
    for (int r = 0; r < rows; r++) {
      int from = a.at(row + r, first);
      Strided.copy(terms, a.data(), from, a.columnStride(), packed, at + r, tileRows);
    }
    for (int r = rows; r < tileRows; r++) {
      Strided.fill(terms, 0f, packed, at + r, tileRows);
    }
  }

  /** The array that holds the tiles, one after another. */
  float[] data() {
    return packed;
  }

  /** Distance between tiles. */
  int tileSize() {
    return tileRows * terms + GAP;
  }

  /** Room for one tile of C. */
  float[] edge() {
    return edge;
  }
}
