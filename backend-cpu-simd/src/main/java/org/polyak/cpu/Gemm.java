package org.polyak.cpu;

/**
 * Batched matrix products on all threads of the pool.
 *
 * <p>C is cut into blocks, never the sum over k, and every element is summed in the order that
 * {@link GemmBlocks} fixes; so the result has the same bits for any number of threads.
 */
final class Gemm {
  private static final int ROW_BLOCK = 48;
  private static final int COLUMN_BLOCK = 512;

  /** Enough tasks that threads of uneven speed finish together. */
  private static final int WANTED_TASKS = 32;

  /** Multiply-adds below which handing a task to another thread costs more than it saves. */
  private static final long LEAST_TASK = 256 * 1024;

  /** Floats that one task packs at least. */
  private static final long PACK_TASK = 64 * 1024;

  /** Most floats of B packed at once. */
  private static final long PACKED_LIMIT = 16L << 20;

  private final WorkerPool pool;
  private final ArrayPool<float[]> arrays;
  private final GemmBlocks blocks;

  /**
   * A product on a pool.
   *
   * @param arrays where packed copies come from; used by the calling thread only
   */
  Gemm(WorkerPool pool, ArrayPool<float[]> arrays, GemmKernel kernel) {
    this.pool = pool;
    this.arrays = arrays;
    this.blocks = new GemmBlocks(kernel);
  }

  /** The same products for code that already runs inside a task. */
  GemmBlocks blocks() {
    return blocks;
  }

  /**
   * {@code C[t] (+)= A[t] · B[t]} for every t of the batch; A is m × depth, B depth × n.
   *
   * @param accumulate whether the product is added to C rather than stored
   */
  void multiply(
      Batch batch, int m, int n, int depth, Operand a, Operand b, Operand c, boolean accumulate) {
    int count = batch.count();
    if (count == 0 || m == 0 || n == 0) {
      return;
    }
    long each = (long) m * n * Math.max(depth, 1);
    if (count > 1 && (each <= LEAST_TASK || count >= WANTED_TASKS)) {
      wholeProducts(batch, count, each, m, n, depth, a, b, c, accumulate);
      return;
    }
    for (int t = 0; t < count; t++) {
      single(
          m,
          n,
          depth,
          a.shifted(batch.distanceA(t)),
          b.shifted(batch.distanceB(t)),
          c.shifted(batch.distanceC(t)),
          accumulate);
    }
  }

  /** Many products: a task computes one or several of them whole. */
  private void wholeProducts(
      Batch batch,
      int count,
      long each,
      int m,
      int n,
      int depth,
      Operand a,
      Operand b,
      Operand c,
      boolean accumulate) {
    int perTask = Math.clamp(LEAST_TASK / each, 1, count);
    pool.parallelFor(
        Tasks.count(count, perTask),
        (task, worker) -> {
          int until = Math.min(count, (task + 1) * perTask);
          for (int t = task * perTask; t < until; t++) {
            blocks.multiply(
                worker,
                m,
                n,
                depth,
                a.shifted(batch.distanceA(t)),
                b.shifted(batch.distanceB(t)),
                c.shifted(batch.distanceC(t)),
                accumulate);
          }
        });
  }

  private void single(
      int m, int n, int depth, Operand a, Operand b, Operand c, boolean accumulate) {
    if (blocks.prefersTransposed(m, n, a, c)) {
      single(n, m, depth, b.transposed(), a.transposed(), c.transposed(), accumulate);
    } else if ((long) m * n * depth <= LEAST_TASK) {
      pool.parallelFor(
          1, (task, worker) -> blocks.multiply(worker, m, n, depth, a, b, c, accumulate));
    } else if (blocks.isDots(m, n, a, b)) {
      dots(m, n, depth, a, b, c, accumulate);
    } else if (blocks.isDirect(m, n, depth, b)) {
      int whole = n - n % blocks.kernel().lanes();
      spread(m, whole, depth, a, Panels.direct(b, depth), c, accumulate);
      if (whole < n) {
        single(m, n - whole, depth, a, b.columnsFrom(whole), c.columnsFrom(whole), accumulate);
      }
    } else {
      packed(m, n, depth, a, b, c, accumulate);
    }
  }

  private void dots(int m, int n, int depth, Operand a, Operand b, Operand c, boolean accumulate) {
    if (m < n) {
      dots(n, m, depth, b.transposed(), a.transposed(), c.transposed(), accumulate);
      return;
    }
    int rows = Math.clamp(LEAST_TASK / ((long) n * depth), 1, m);
    pool.parallelFor(
        Tasks.count(m, rows),
        (task, worker) ->
            blocks.dots(
                task * rows, Math.min(m, (task + 1) * rows), n, depth, a, b, c, accumulate));
  }

  /**
   * Packs B once, in strips of columns, and shares it between the tasks; so too A where its rows
   * are not contiguous.
   */
  private void packed(
      int m, int n, int depth, Operand a, Operand b, Operand c, boolean accumulate) {
    long sizeA = (long) m * GemmBlocks.rowSize(depth);
    if (a.columnStride() == 1 || sizeA > PACKED_LIMIT) {
      strips(m, n, depth, a, b, c, accumulate);
      return;
    }
    float[] rows = arrays.borrow((int) sizeA);
    int perTask = Math.clamp(PACK_TASK / GemmBlocks.rowSize(depth), 1, m);
    pool.parallelFor(
        Tasks.count(m, perTask),
        (task, worker) -> {
          int from = task * perTask;
          GemmBlocks.packRows(
              from, Math.min(m, from + perTask), depth, a, rows, from * GemmBlocks.rowSize(depth));
        });
    strips(m, n, depth, new Operand(rows, 0, GemmBlocks.rowSize(depth), 1), b, c, accumulate);
    arrays.giveBack(rows);
  }

  private void strips(
      int m, int n, int depth, Operand a, Operand b, Operand c, boolean accumulate) {
    int panel = blocks.kernel().tileColumns();
    int strip = panel * Math.clamp(PACKED_LIMIT / ((long) panel * depth), 1, n / panel + 1);
    for (int from = 0; from < n; from += strip) {
      int columns = Math.min(strip, n - from);
      Operand part = b.columnsFrom(from);
      float[] buffer =
          arrays.borrow(Math.toIntExact(Panels.packedSize(columns, depth, blocks.kernel())));
      packStrip(part, depth, columns, panel, buffer);
      spread(m, columns, depth, a, Panels.packed(buffer, depth), c.columnsFrom(from), accumulate);
      arrays.giveBack(buffer);
    }
  }

  private void packStrip(Operand b, int depth, int columns, int panel, float[] buffer) {
    int perTask = panel * Math.clamp(PACK_TASK / ((long) panel * depth), 1, 64);
    pool.parallelFor(
        Tasks.count(columns, perTask),
        (task, worker) ->
            blocks.pack(
                b,
                depth,
                columns,
                task * perTask,
                Math.min(columns, (task + 1) * perTask),
                buffer));
  }

  private void spread(int m, int n, int depth, Operand a, Panels b, Operand c, boolean accumulate) {
    int panel = blocks.kernel().tileColumns();
    int rows = ROW_BLOCK;
    int columns = COLUMN_BLOCK;
    while (columns > panel && Tasks.count(m, rows) * Tasks.count(n, columns) < WANTED_TASKS) {
      columns /= 2;
    }
    while (rows > 2 * GemmKernel.TILE_ROWS
        && Tasks.count(m, rows) * Tasks.count(n, columns) < WANTED_TASKS) {
      rows /= 2;
    }
    int rowBlock = rows;
    int columnBlock = columns;
    int across = Tasks.count(n, columnBlock);
    pool.parallelFor(
        across * Tasks.count(m, rowBlock),
        (task, worker) -> {
          int i = task / across * rowBlock;
          int j = task % across * columnBlock;
          blocks.block(
              worker,
              i,
              Math.min(m, i + rowBlock),
              j,
              Math.min(n, j + columnBlock),
              n,
              depth,
              a,
              b,
              c,
              accumulate);
        });
  }
}
