package org.polyak.cpu;

/**
 * Matrix products on one thread: {@code C (+)= A · B} for any strides, cut into blocks that stay in
 * the caches. {@link Gemm} spreads the same blocks over threads; kernels that are already inside a
 * task call {@link #multiply} here. Immutable, thread-safe.
 */
final class GemmBlocks {
  /** Terms summed in registers before C is touched. Fixed: it decides how results round. */
  static final int DEPTH_BLOCK = 512;

  /** Up to this many rows, or columns, of scalar products are cheaper than packing B. */
  private static final int DOT_ROWS = 4;

  /** Up to this size B is read where it lies, if its rows are contiguous. */
  private static final int DIRECT_SIZE = 16 * 1024;

  /** With fewer rows packing B does not pay. */
  private static final int DIRECT_ROWS = 24;

  private final GemmKernel kernel;

  GemmBlocks(GemmKernel kernel) {
    this.kernel = kernel;
  }

  GemmKernel kernel() {
    return kernel;
  }

  /** Computes a whole product with the scratch memory of the calling worker. */
  void multiply(
      Worker worker, int m, int n, int depth, Operand a, Operand b, Operand c, boolean accumulate) {
    if (m == 0 || n == 0) {
      return;
    }
    if (prefersTransposed(m, n, a, c)) {
      multiply(worker, n, m, depth, b.transposed(), a.transposed(), c.transposed(), accumulate);
      return;
    }
    if (isDots(m, n, a, b)) {
      dots(0, m, n, depth, a, b, c, accumulate);
    } else if (isDirect(m, n, depth, b)) {
      int whole = n - n % kernel.lanes();
      block(worker, 0, m, 0, whole, whole, depth, a, Panels.direct(b, depth), c, accumulate);
      multiply(
          worker, m, n - whole, depth, a, b.columnsFrom(whole), c.columnsFrom(whole), accumulate);
    } else {
      float[] packed = worker.borrow(Math.toIntExact(Panels.packedSize(n, depth, kernel)));
      pack(b, depth, n, 0, n, packed);
      block(worker, 0, m, 0, n, n, depth, a, Panels.packed(packed, depth), c, accumulate);
      worker.giveBack(packed);
    }
  }

  /** Whether Cᵀ = Bᵀ·Aᵀ suits the kernels better: they want C, then A, contiguous along rows. */
  boolean prefersTransposed(int m, int n, Operand a, Operand c) {
    if (c.columnStride() != 1 && c.rowStride() == 1 && m > 1) {
      return true;
    }
    return n == 1 && m > 1 && a.columnStride() != 1 && a.rowStride() == 1;
  }

  /** Whether the product is a few rows or columns of scalar products of contiguous vectors. */
  boolean isDots(int m, int n, Operand a, Operand b) {
    return Math.min(m, n) <= DOT_ROWS && a.columnStride() == 1 && b.rowStride() == 1;
  }

  /** Whether the columns of B that fill whole vectors are read without packing. */
  boolean isDirect(int m, int n, int depth, Operand b) {
    return b.columnStride() == 1
        && (m < DIRECT_ROWS || (long) n * depth <= DIRECT_SIZE)
        && n >= kernel.lanes();
  }

  /** Rows {@code [rowFrom, rowTo)} of a product of scalar products. */
  void dots(
      int rowFrom,
      int rowTo,
      int n,
      int depth,
      Operand a,
      Operand b,
      Operand c,
      boolean accumulate) {
    for (int i = rowFrom; i < rowTo; i++) {
      for (int j = 0; j < n; j++) {
        float sum = kernel.dot(depth, a.data(), a.at(i, 0), b.data(), b.at(0, j));
        int at = c.at(i, j);
        c.data()[at] = accumulate ? c.data()[at] + sum : sum;
      }
    }
  }

  /**
   * Packs columns {@code [columnFrom, columnTo)} to their place among the panels of all columns.
   */
  void pack(Operand b, int depth, int n, int columnFrom, int columnTo, float[] packed) {
    for (int j = columnFrom; j < columnTo; ) {
      int width = Panels.vectors(n - j, kernel) * kernel.lanes();
      Panels.pack(b, depth, n, j, width, packed, j * depth);
      j += width;
    }
  }

  /**
   * Computes rows {@code [rowFrom, rowTo)} and columns {@code [columnFrom, columnTo)} of C.
   *
   * @param columnFrom a multiple of the widest panel
   * @param n columns of the whole product, which decides the widths of the last panels
   */
  void block(
      Worker worker,
      int rowFrom,
      int rowTo,
      int columnFrom,
      int columnTo,
      int n,
      int depth,
      Operand a,
      Panels b,
      Operand c,
      boolean accumulate) {
    if (depth == 0 && !accumulate) {
      clear(rowFrom, rowTo, columnFrom, columnTo, c);
      return;
    }
    float[] edge = worker.borrow(GemmKernel.TILE_ROWS * kernel.tileColumns());
    boolean repack = a.columnStride() != 1;
    int[] aRows = new int[GemmKernel.TILE_ROWS];
    for (int k = 0; k < depth; k += DEPTH_BLOCK) {
      int terms = Math.min(DEPTH_BLOCK, depth - k);
      boolean add = accumulate || k > 0;
      Operand rows = repack ? packRows(worker, rowFrom, rowTo, k, terms, a) : a.shifted(k);
      for (int j = columnFrom; j < columnTo; ) {
        int vectors = Panels.vectors(n - j, kernel);
        int width = vectors * kernel.lanes();
        int bAt = b.position(j, k, width);
        int bStride = b.stride(width);
        for (int i = rowFrom; i < rowTo; i += GemmKernel.TILE_ROWS) {
          int validRows = Math.min(GemmKernel.TILE_ROWS, rowTo - i);
          int validColumns = Math.min(width, columnTo - j);
          for (int r = 0; r < aRows.length; r++) {
            aRows[r] = rows.at(i + Math.min(r, validRows - 1), 0);
          }
          if (validRows == GemmKernel.TILE_ROWS && validColumns == width && c.columnStride() == 1) {
            kernel.tile(
                vectors,
                terms,
                rows.data(),
                aRows,
                b.data(),
                bAt,
                bStride,
                c.data(),
                c.at(i, j),
                c.rowStride(),
                add);
          } else {
            kernel.tile(
                vectors, terms, rows.data(), aRows, b.data(), bAt, bStride, edge, 0, width, false);
            copyEdge(edge, width, validRows, validColumns, c.shifted(c.at(i, j) - c.offset()), add);
          }
        }
        j += width;
      }
      if (repack) {
        worker.giveBack(rows.data());
      }
    }
    worker.giveBack(edge);
  }

  /** Copies rows of A whose terms are not contiguous; the result is addressed like A itself. */
  private static Operand packRows(
      Worker worker, int rowFrom, int rowTo, int k, int terms, Operand a) {
    float[] packed = worker.borrow((rowTo - rowFrom) * rowSize(terms));
    packRows(rowFrom, rowTo, terms, a.columnsFrom(k), packed, 0);
    return new Operand(packed, -rowFrom * rowSize(terms), rowSize(terms), 1);
  }

  /** Copies rows {@code [rowFrom, rowTo)} of A one after another, {@link #rowSize} apart. */
  static void packRows(
      int rowFrom, int rowTo, int depth, Operand a, float[] packed, int packedOffset) {
    if (a.rowStride() == 1) {
      Transpose.copy(
          rowTo - rowFrom,
          depth,
          a.data(),
          a.at(rowFrom, 0),
          a.columnStride(),
          packed,
          packedOffset,
          rowSize(depth));
    } else {
      for (int i = rowFrom; i < rowTo; i++) {
        int at = packedOffset + (i - rowFrom) * rowSize(depth);
        Strided.copy(depth, a.data(), a.at(i, 0), a.columnStride(), packed, at, 1);
      }
    }
  }

  /** Distance of packed rows: one cache line more, so that rows do not meet in one cache set. */
  static int rowSize(int depth) {
    return depth + 16;
  }

  private static void copyEdge(
      float[] tile, int width, int rows, int columns, Operand c, boolean add) {
    for (int i = 0; i < rows; i++) {
      int at = c.at(i, 0);
      if (add) {
        addRow(columns, tile, i * width, c.data(), at, c.columnStride());
      } else {
        Strided.copy(columns, tile, i * width, 1, c.data(), at, c.columnStride());
      }
    }
  }

  private static void addRow(
      int columns, float[] tile, int tileOffset, float[] c, int offset, int stride) {
    if (stride == 1) {
      for (int j = 0; j < columns; j++) {
        c[offset + j] += tile[tileOffset + j];
      }
    } else {
      for (int j = 0; j < columns; j++) {
        c[offset + j * stride] += tile[tileOffset + j];
      }
    }
  }

  private static void clear(int rowFrom, int rowTo, int columnFrom, int columnTo, Operand c) {
    for (int i = rowFrom; i < rowTo; i++) {
      for (int j = columnFrom; j < columnTo; j++) {
        c.data()[c.at(i, j)] = 0f;
      }
    }
  }
}
