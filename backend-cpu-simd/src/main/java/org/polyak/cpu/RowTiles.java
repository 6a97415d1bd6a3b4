package org.polyak.cpu;

/**
 * A few rows and terms of the left-hand matrix of a product as the tile loops read them. Whole
 * tiles are read where they lie if that is kind to the caches; the others are packed: term by term,
 * the elements of a tile's rows side by side, zeros for rows that do not exist. A worker uses one
 * object for all its products.
 */
final class RowTiles {
  /** One cache line between packed tiles, so that their terms do not meet in one cache set. */
  private static final int GAP = 16;

  /**
   * Up to this distance between terms they are read where they lie: {@link GemmBlocks#DEPTH_BLOCK}
   * of them span at most 256 KiB, which the second-level cache holds beside the panels.
   */
  private static final int DIRECT_STRIDE = 256;

  private Operand a = new Operand();
  private float[] packed = a.data();
  private int tileRows;
  private int rowFrom;
  private int rowTo;
  private int packedFrom;
  private int firstTerm;
  private int terms;

  /**
   * Goes on to tiles of rows {@code [rowFrom, rowTo)}.
   *
   * @param mostTerms most terms that {@link #moveTo} is given
   */
  void begin(Operand a, GemmKernel kernel, int rowFrom, int rowTo, int mostTerms, Worker worker) {
    int rows = rowTo - rowFrom;
    boolean direct =
        a.columnStride() == 1 || (a.rowStride() == 1 && a.columnStride() <= DIRECT_STRIDE);
    this.a = a;
    this.tileRows = kernel.tileRows();
    this.rowFrom = rowFrom;
    this.rowTo = rowTo;
    this.packedFrom = direct ? rowTo - rows % tileRows : rowFrom;
    int tiles = Tasks.count(rowTo - packedFrom, tileRows);
    this.packed = worker.borrow(tiles * (tileRows * mostTerms + GAP));
  }

  /** Makes terms {@code [first, first + count)} readable. */
  void moveTo(GemmKernel kernel, int first, int count) {
    firstTerm = first;
    terms = count;
    int whole = rowTo - (rowTo - rowFrom) % tileRows;
    if (a.rowStride() == 1) {
      kernel.packTiles(
          (whole - packedFrom) / tileRows,
          count,
          a.data(),
          a.at(packedFrom, first),
          a.columnStride(),
          packed,
          0,
          tileSize());
    } else {
      for (int i = packedFrom; i < whole; i += tileRows) {
        pack(i, tileRows);
      }
    }
    if (whole < rowTo) {
      pack(whole, rowTo - whole);
    }
  }

  private void pack(int row, int rows) {
    int at = offset(row);
    for (int r = 0; r < rows; r++) {
      int from = a.at(row + r, firstTerm);
      Strided.copy(terms, a.data(), from, a.columnStride(), packed, at + r, tileRows);
    }
    for (int r = rows; r < tileRows; r++) {
      Strided.fill(terms, 0f, packed, at + r, tileRows);
    }
  }

  private int tileSize() {
    return tileRows * terms + GAP;
  }

  /** The array that holds the tile that begins at a row. */
  float[] data(int row) {
    return row < packedFrom ? a.data() : packed;
  }

  /** Where the tile's first element lies. */
  int offset(int row) {
    return row < packedFrom ? a.at(row, firstTerm) : (row - packedFrom) / tileRows * tileSize();
  }

  /** Distance between the tile's rows. */
  int rowStride(int row) {
    return row < packedFrom ? a.rowStride() : 1;
  }

  /** Distance between the tile's terms. */
  int termStride(int row) {
    return row < packedFrom ? a.columnStride() : tileRows;
  }

  /** Returns the scratch memory. */
  void end(Worker worker) {
    worker.giveBack(packed);
  }
}
