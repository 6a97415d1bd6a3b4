package org.polyak.cpu;

import org.jspecify.annotations.Nullable;

/**
 * Batched matrix products on all threads of the pool.
 *
 * <p>C is cut into blocks, never the sum over k, and every element is summed in the order that
 * {@link GemmBlocks} fixes; so the result has the same bits for any number of threads.
 */
final class Gemm {
  /**
   * Most rows and columns of C in a task. With {@link GemmBlocks#DEPTH_BLOCK} terms the block of A
   * takes 128 KiB of the second-level cache; panels of B pass it by. With more columns each block
   * of A is packed less often.
   */
  private static final int ROW_BLOCK = 128;

  private static final int COLUMN_BLOCK = 512;

  /** Tasks for each thread, enough that threads of uneven speed finish together. */
  private static final int THREAD_TASKS = 8;

  /** Multiply-adds below which handing a task to another thread costs more than it saves. */
  private static final long LEAST_TASK = 256 * 1024;

  /** Floats that one task packs, if there are so many: a few microseconds of copying. */
  private static final int PACK_TASK = 16 * 1024;

  /** Most floats of B packed at once. */
  private static final long PACKED_LIMIT = 16L << 20;

  private final WorkerPool pool;
  private final ArrayPool<float[]> arrays;
  private final GemmBlocks blocks;
  private final Panels panels = new Panels();
  private final Packing packing = new Packing();
  private final Spreading spreading = new Spreading();

  /**
   * A product on a pool.
   *
   * @param arrays where packed copies come from; used by the calling thread only
   */
  Gemm(WorkerPool pool, ArrayPool<float[]> arrays, GemmBlocks blocks) {
    this.pool = pool;
    this.arrays = arrays;
    this.blocks = blocks;
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
    if (count > 1 && (each <= LEAST_TASK || count >= wantedTasks())) {
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

  /**
   * {@code C (+)= A · B} of one B that is packed already.
   *
   * @param row what every row of C begins with, if anything; see {@link GemmBlocks#block}
   */
  void multiply(
      int m,
      int n,
      int depth,
      Operand a,
      Panels b,
      @Nullable FloatSpan row,
      Operand c,
      boolean accumulate) {
    spread(m, n, depth, a, b, row, c, accumulate);
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
      spread(m, whole, depth, a, panels.direct(b, depth), null, c, accumulate);
      if (whole < n) {
        single(m, n - whole, depth, a, b.columnsFrom(whole), c.columnsFrom(whole), accumulate);
      }
    } else if (isTurned(m, n, depth, b)) {
      turned(m, n, depth, a, b, c, accumulate);
    } else {
      packed(m, n, depth, a, b, c, accumulate);
    }
  }

  /**
   * Whether B would have to be turned as it is packed and is so much larger than A and C that
   * turning these two is cheaper: a few rows times the weights of a layer.
   */
  private boolean isTurned(int m, int n, int depth, Operand b) {
    return b.rowStride() == 1
        && m >= blocks.kernel().lanes()
        && 2L * m * (n + (long) depth) <= (long) n * depth;
  }

  /** Computes {@code Cᵀ = Bᵀ·Aᵀ} in memory of its own, then turns it. */
  private void turned(
      int m, int n, int depth, Operand a, Operand b, Operand c, boolean accumulate) {
    float[] buffer = arrays.borrow(Math.multiplyExact(m, n));
    Operand product = new Operand(buffer, 0, m, 1);
    packed(n, m, depth, b.transposed(), a.transposed(), product, false);
    int rows = Math.clamp(PACK_TASK / n, 1, m);
    pool.parallelFor(
        Tasks.count(m, rows),
        (task, worker) ->
            turn(product, task * rows, Math.min(m, (task + 1) * rows), n, c, accumulate));
    arrays.giveBack(buffer);
  }

  private static void turn(
      Operand product, int rowFrom, int rowTo, int n, Operand c, boolean accumulate) {
    if (c.columnStride() == 1 && !accumulate) {
      Transpose.copy(
          rowTo - rowFrom,
          n,
          product.data(),
          product.at(0, rowFrom),
          product.rowStride(),
          c.data(),
          c.at(rowFrom, 0),
          c.rowStride());
      return;
    }
    for (int i = rowFrom; i < rowTo; i++) {
      for (int j = 0; j < n; j++) {
        float value = product.data()[product.at(j, i)];
        int at = c.at(i, j);
        c.data()[at] = accumulate ? c.data()[at] + value : value;
      }
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

  /** Packs B once, in strips of columns, and shares it between the tasks. */
  private void packed(
      int m, int n, int depth, Operand a, Operand b, Operand c, boolean accumulate) {
    int panel = blocks.kernel().tileColumns();
    int strip = panel * Math.clamp(PACKED_LIMIT / ((long) panel * depth), 1, n / panel + 1);
    for (int from = 0; from < n; from += strip) {
      int columns = Math.min(strip, n - from);
      float[] buffer =
          arrays.borrow(Math.toIntExact(Panels.packedSize(columns, depth, blocks.kernel())));
      panels.packed(buffer, columns, depth, blocks.kernel());
      packStrip(b.columnsFrom(from), depth, columns);
      spread(m, columns, depth, a, panels, null, c.columnsFrom(from), accumulate);
      arrays.giveBack(buffer);
    }
  }

  private void packStrip(Operand b, int depth, int columns) {
    int across = acrossBlocks(columns, COLUMN_BLOCK);
    int groups = Math.max(1, PACK_TASK / (Math.min(columns, COLUMN_BLOCK) * GemmBlocks.PACK_TERMS));
    int terms = groups * GemmBlocks.PACK_TERMS;
    pool.parallelFor(
        across * Tasks.count(depth, terms), packing.begin(b, depth, columns, across, terms));
  }

  /** The loop that packs: one object for all products, which follow each other. */
  private final class Packing implements WorkerPool.Body {
    private Operand b = new Operand();
    private int depth;
    private int columns;
    private int across;
    private int terms;

    Packing begin(Operand b, int depth, int columns, int across, int terms) {
      this.b = b;
      this.depth = depth;
      this.columns = columns;
      this.across = across;
      this.terms = terms;
      return this;
    }

    @Override
    public void run(int task, Worker worker) {
      int j = task % across * COLUMN_BLOCK;
      int k = task / across * terms;
      int end = task % across == across - 1 ? columns : j + COLUMN_BLOCK;
      blocks.pack(b, columns, j, end, k, Math.min(depth, k + terms), panels);
    }
  }

  /**
   * Blocks of so many columns side by side; the last takes the panel that they would cut through.
   */
  private int acrossBlocks(int n, int columnBlock) {
    int panel = blocks.kernel().tileColumns();
    return Math.max(1, Tasks.count(n / panel, columnBlock / panel));
  }

  private int wantedTasks() {
    return pool.threads() == 1 ? 1 : pool.threads() * THREAD_TASKS;
  }

  private void spread(
      int m,
      int n,
      int depth,
      Operand a,
      Panels b,
      @Nullable FloatSpan row,
      Operand c,
      boolean accumulate) {
    int tileRows = blocks.kernel().tileRows();
    int panel = blocks.kernel().tileColumns();
    int wanted = wantedTasks();
    int rows = ROW_BLOCK / tileRows;
    int panels = COLUMN_BLOCK / panel;
    while (rows > 2 && Tasks.count(m, rows * tileRows) * acrossBlocks(n, panels * panel) < wanted) {
      rows /= 2;
    }
    while (panels > 1
        && Tasks.count(m, rows * tileRows) * acrossBlocks(n, panels * panel) < wanted) {
      panels /= 2;
    }
    int rowBlock = rows * tileRows;
    int columnBlock = panels * panel;
    int across = acrossBlocks(n, columnBlock);
    pool.parallelFor(
        across * Tasks.count(m, rowBlock),
        spreading.begin(m, n, depth, a, b, row, c, accumulate, rowBlock, columnBlock, across));
  }

  /** The loop over blocks of C: one object for all products, which follow each other. */
  private final class Spreading implements WorkerPool.Body {
    private int m;
    private int n;
    private int depth;
    private Operand a = new Operand();
    private Panels b = new Panels();
    private @Nullable FloatSpan row;
    private Operand c = a;
    private boolean accumulate;
    private int rowBlock;
    private int columnBlock;
    private int across;

    Spreading begin(
        int m,
        int n,
        int depth,
        Operand a,
        Panels b,
        @Nullable FloatSpan row,
        Operand c,
        boolean accumulate,
        int rowBlock,
        int columnBlock,
        int across) {
      this.m = m;
      this.n = n;
      this.depth = depth;
      this.a = a;
      this.b = b;
      this.row = row;
      this.c = c;
      this.accumulate = accumulate;
      this.rowBlock = rowBlock;
      this.columnBlock = columnBlock;
      this.across = across;
      return this;
    }

    @Override
    public void run(int task, Worker worker) {
      int i = task / across * rowBlock;
      int j = task % across * columnBlock;
      int end = task % across == across - 1 ? n : j + columnBlock;
      blocks.block(
          worker, i, Math.min(m, i + rowBlock), j, end, n, depth, a, b, row, c, accumulate);
    }
  }
}
