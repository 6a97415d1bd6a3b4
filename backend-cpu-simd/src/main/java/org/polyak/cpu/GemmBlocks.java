package org.polyak.cpu;

import org.jspecify.annotations.Nullable;

/**
 * Matrix products on one thread: {@code C (+)= A · B} for any strides, cut into blocks that stay in
 * the caches. {@link Gemm} spreads the same blocks over threads; kernels that are already inside a
 * task call {@link #multiply} here. Immutable, thread-safe.
 */
final class GemmBlocks {
  /** Terms summed in registers before C is touched. Fixed: it decides how results round. */
  static final int DEPTH_BLOCK = 256;

  /** Up to this many rows, or columns, of scalar products are cheaper than packing B. */
  private static final int DOT_ROWS = 4;

  /** Up to this size B is read where it lies, if its rows are contiguous. */
  private static final int DIRECT_SIZE = 16 * 1024;

  /** With fewer rows packing B does not pay. */
  private static final int DIRECT_ROWS = 24;

  /** Terms of a panel that are packed before the panel beside it, to read long runs of B's rows. */
  static final int PACK_TERMS = 16;

  private final GemmKernel kernel;
  private final DotLoop dotLoop;

  /** What tiles that are stored, not added, begin with; never written. */
  private final float[] zeros;

  private GemmBlocks(GemmKernel kernel, DotLoop dotLoop) {
    this.kernel = kernel;
    this.dotLoop = dotLoop;
    this.zeros = new float[kernel.tileColumns()];
  }

  /** The blocks for a vector width. */
  static GemmBlocks of(VectorWidth width) {
    Class<? extends GemmKernel> tiles =
        width == VectorWidth.BITS_512 ? WideGemmKernel.class : NarrowGemmKernel.class;
    return new GemmBlocks(
        KernelLoader.load(tiles, width), KernelLoader.load(VectorDotLoop.class, width));
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
      Panels panels = worker.panels().direct(b, depth);
      block(worker, 0, m, 0, whole, whole, depth, a, panels, null, c, accumulate);
      multiply(
          worker, m, n - whole, depth, a, b.columnsFrom(whole), c.columnsFrom(whole), accumulate);
    } else {
      float[] packed = worker.borrow(Math.toIntExact(Panels.packedSize(n, depth, kernel)));
      Panels panels = worker.panels().packed(packed, n, depth, kernel);
      pack(b, n, 0, n, 0, depth, panels);
      block(worker, 0, m, 0, n, n, depth, a, panels, null, c, accumulate);
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

  /**
   * Whether tiles can begin with a row instead of zeros: where its vectors are whole, and where all
   * terms are summed at once, so that it is the same sum as when the row is added to the product.
   */
  boolean canBeginWithRow(int n, int depth) {
    return n % kernel.lanes() == 0 && depth > 0 && depth <= DEPTH_BLOCK;
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
        float sum = dotLoop.dot(depth, a.data(), a.at(i, 0), b.data(), b.at(0, j));
        int at = c.at(i, j);
        c.data()[at] = accumulate ? c.data()[at] + sum : sum;
      }
    }
  }

  /**
   * Packs rows {@code [termFrom, termTo)} of columns {@code [columnFrom, columnTo)} to their place
   * among the panels of all n columns.
   *
   * @param termFrom a multiple of {@link #PACK_TERMS}
   */
  void pack(
      Operand b, int n, int columnFrom, int columnTo, int termFrom, int termTo, Panels panels) {
    for (int k = termFrom; k < termTo; k += PACK_TERMS) {
      for (int j = columnFrom; j < columnTo; ) {
        int width = Panels.width(n - j, kernel);
        panels.pack(b, k, Math.min(termTo, k + PACK_TERMS), n, j, width, kernel);
        j += width;
      }
    }
  }

  /**
   * Computes rows {@code [rowFrom, rowTo)} and columns {@code [columnFrom, columnTo)} of C.
   *
   * @param columnFrom where a panel begins
   * @param columnTo where a panel ends
   * @param n columns of the whole product, which decides the widths of the last panels
   * @param row what is added to every row of a product that is stored, not added, if {@link
   *     #canBeginWithRow}; null for nothing
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
      @Nullable FloatSpan row,
      Operand c,
      boolean accumulate) {
    if (depth == 0 && !accumulate) {
      clear(rowFrom, rowTo, columnFrom, columnTo, c);
      return;
    }
    RowTiles rows = worker.rowTiles();
    // Beside a small B, a tile of A is used while it is in the first-level cache.
    boolean small = (long) n * depth <= DIRECT_SIZE;
    int group = small ? kernel.tileRows() : rowTo - rowFrom;
    rows.begin(a, kernel, group, Math.min(depth, DEPTH_BLOCK));
    for (int i = rowFrom; i < rowTo; i += group) {
      int end = Math.min(rowTo, i + group);
      for (int k = 0; k < depth; k += DEPTH_BLOCK) {
        int terms = Math.min(DEPTH_BLOCK, depth - k);
        rows.moveTo(kernel, i, end, k, terms);
        boolean add = accumulate || k > 0;
        for (int j = columnFrom; j < columnTo; ) {
          int width = Panels.width(n - j, kernel);
          tiles(i, end, j, columnTo, width, k, terms, rows, b, row, c, add);
          j += width;
        }
      }
    }
  }

  /**
   * One column of tiles: a panel of B stays in the first-level cache while tiles of A pass by from
   * the second.
   */
  private void tiles(
      int rowFrom,
      int rowTo,
      int column,
      int columnTo,
      int width,
      int k,
      int terms,
      RowTiles rows,
      Panels b,
      @Nullable FloatSpan row,
      Operand c,
      boolean add) {
    float[] edge = rows.edge();
    int tileRows = kernel.tileRows();
    int aAt = 0;
    int validColumns = Math.min(width, columnTo - column);
    int bAt = b.position(column, k, width);
    int bStride = b.stride(width);
    for (int i = rowFrom; i < rowTo; i += tileRows, aAt += rows.tileSize()) {
      int validRows = Math.min(tileRows, rowTo - i);
      boolean whole = validRows == tileRows && c.columnStride() == 1 && validColumns == width;
      int cAt = c.at(i, column);
      float[] from = zeros;
      int fromOffset = 0;
      int fromStride = 0;
      if (whole && add) {
        from = c.data();
        fromOffset = cAt;
        fromStride = c.rowStride();
      } else if (row != null && !add) {
        from = row.data();
        fromOffset = row.offset() + column;
      }
      kernel.tile(
          width,
          terms,
          rows.data(),
          aAt,
          b.data(),
          bAt,
          bStride,
          from,
          fromOffset,
          fromStride,
          whole ? c.data() : edge,
          whole ? cAt : 0,
          whole ? c.rowStride() : width);
      if (!whole) {
        copyEdge(edge, width, validRows, validColumns, c, i, column, add);
      }
    }
  }

  private static void copyEdge(
      float[] tile, int width, int rows, int columns, Operand c, int row, int column, boolean add) {
    for (int i = 0; i < rows; i++) {
      int at = c.at(row + i, column);
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
