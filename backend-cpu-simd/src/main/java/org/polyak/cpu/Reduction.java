package org.polyak.cpu;

import org.polyak.spi.Layout;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * The verb reduce. Sums are taken in blocks, and blocks are summed by halves, in an order that the
 * shape alone decides; a long axis is cut into pieces that several threads reduce.
 */
final class Reduction {
  /** Length of the pieces of a long axis whose elements lie side by side. */
  private static final int ROW_PIECE = 64 * 1024;

  /** Length of the pieces of a long axis otherwise. */
  private static final int COLUMN_PIECE = 512;

  /** Longest row of which the only sum is taken without vectors. */
  private static final int ONE_ROW = 16 * 1024;

  /** Columns reduced at once. */
  private static final int COLUMNS = 256;

  /** Rows added one after another; more are added by halves. */
  private static final int ROWS = 32;

  private final WorkerPool pool;
  private final ArrayPool<float[]> arrays;
  private final ReduceKernel kernel;

  Reduction(CpuDevice device) {
    this.pool = device.pool();
    this.arrays = device.floats();
    this.kernel = device.kernel(VectorReduceKernel.class);
  }

  void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
    float[] from = CpuBuffer.floats(in);
    float[] to = CpuBuffer.floats(out);
    if (out.shape().size() > 0) {
      reduce(op, from, in.layout(), axis, to, out.layout());
    }
  }

  /**
   * The sums of the columns of a contiguous matrix {@code [R, E]}, in the order in which {@link
   * #reduce} takes them.
   *
   * @param out {@code [E]}
   */
  void sumRows(Tensor in, Tensor out) {
    int rows = in.shape().dim(0);
    int width = in.shape().dim(1);
    float[] from = CpuBuffer.floats(in);
    int fromAt = CpuBuffer.offset(in);
    float[] to = CpuBuffer.floats(out);
    int toAt = CpuBuffer.offset(out);
    if (rows <= 2 * COLUMN_PIECE) {
      sumRows(rows, Math.max(1, rows), width, from, fromAt, to, toAt);
      return;
    }
    int pieces = Tasks.count(rows, COLUMN_PIECE);
    float[] partial = arrays.borrow(Math.multiplyExact(pieces, width));
    sumRows(rows, COLUMN_PIECE, width, from, fromAt, partial, 0);
    sumRows(pieces, pieces, width, partial, 0, to, toAt);
    arrays.giveBack(partial);
  }

  /** Sums every so many rows to a row. */
  private void sumRows(
      int rows, int each, int width, float[] from, int fromOffset, float[] to, int toOffset) {
    int across = Tasks.count(width, COLUMNS);
    pool.parallelFor(
        across * Math.max(1, Tasks.count(rows, each)),
        (task, worker) -> {
          int piece = task / across;
          int column = task % across * COLUMNS;
          int n = Math.min(COLUMNS, width - column);
          float[] sum = worker.borrow(n);
          int first = fromOffset + piece * each * width + column;
          sumRows(Math.min(each, rows - piece * each), width, n, from, first, sum, worker);
          System.arraycopy(sum, 0, to, toOffset + piece * width + column, n);
          worker.giveBack(sum);
        });
  }

  /** A sum that is taken once in a step, too seldom for loops over vectors to be compiled well. */
  private static float sumOne(int n, float[] from, int offset) {
    double even = 0;
    double odd = 0;
    int whole = n - n % 2;
    for (int i = 0; i < whole; i += 2) {
      even += from[offset + i];
      odd += from[offset + i + 1];
    }
    return (float) (whole < n ? even + odd + from[offset + whole] : even + odd);
  }

  private void reduce(ReduceOp op, float[] from, Layout in, int axis, float[] to, Layout out) {
    int extent = in.shape().dim(axis);
    if (op == ReduceOp.SUM
        && out.shape().size() == 1
        && extent <= ONE_ROW
        && (extent == 1 || in.stride(axis) == 1)) {
      to[CpuBuffer.offset(out)] = sumOne(extent, from, CpuBuffer.offset(in));
      return;
    }
    LoopNest nest = LoopNest.without(axis, in, out);
    boolean columns = in.stride(axis) != 1 && nest.innerStride(0) == 1 && nest.inner() > 1;
    int piece = columns ? COLUMN_PIECE : ROW_PIECE;
    if (in.shape().dim(axis) > 2 * piece) {
      reducePieces(op, from, in, axis, piece, to, out);
    } else if (columns) {
      reduceColumns(op, nest, in.shape().dim(axis), Math.toIntExact(in.stride(axis)), from, to);
    } else {
      reduceRows(op, nest, in.shape().dim(axis), Math.toIntExact(in.stride(axis)), from, to);
    }
  }

  /** Reduces every piece of the axis to a row of scratch memory, then those rows. */
  private void reducePieces(
      ReduceOp op, float[] from, Layout in, int axis, int piece, float[] to, Layout out) {
    int extent = in.shape().dim(axis);
    int whole = extent / piece;
    int pieces = Tasks.count(extent, piece);
    int size = Math.toIntExact(out.shape().size());
    float[] partial = arrays.borrow(CpuBuffer.FIRST + Math.multiplyExact(pieces, size));
    Layout rows = Layout.contiguous(withLeading(pieces, out.shape()));
    reduce(op, from, split(in, axis, whole, piece), axis + 1, partial, rows.slice(0, 0, whole));
    if (whole < pieces) {
      Layout rest = split(in.slice(axis, whole * piece, extent), axis, 1, extent - whole * piece);
      reduce(op, from, rest, axis + 1, partial, rows.slice(0, whole, pieces));
    }
    Layout target = Layout.strided(withLeading(1, out.shape()), prepend(0, out), out.offset());
    reduce(op, partial, rows, 0, to, target);
    arrays.giveBack(partial);
  }

  /** The layout with a new outermost axis that counts pieces of the given axis. */
  private static Layout split(Layout in, int axis, int pieces, int piece) {
    Shape shape = withLeading(pieces, in.shape().with(axis, piece));
    return Layout.strided(shape, prepend(piece * in.stride(axis), in), in.offset());
  }

  private static Shape withLeading(int extent, Shape shape) {
    int[] dims = new int[shape.rank() + 1];
    dims[0] = extent;
    System.arraycopy(shape.dims(), 0, dims, 1, shape.rank());
    return Shape.of(dims);
  }

  private static long[] prepend(long stride, Layout layout) {
    long[] strides = new long[layout.shape().rank() + 1];
    strides[0] = stride;
    System.arraycopy(layout.strides(), 0, strides, 1, layout.shape().rank());
    return strides;
  }

  private void reduceRows(
      ReduceOp op, LoopNest nest, int extent, int stride, float[] from, float[] to) {
    nest.forEach(
        pool,
        Math.max(1, extent),
        COLUMNS,
        (n, at, strides, worker) -> {
          float[] row = stride == 1 ? from : worker.borrow(extent);
          for (int i = 0; i < n; i++) {
            int first = at[0] + i * strides[0];
            if (stride != 1) {
              Strided.copy(extent, from, first, stride, row, 0, 1);
            }
            int offset = stride == 1 ? first : 0;
            to[at[1] + i * strides[1]] =
                switch (op) {
                  case SUM -> (float) kernel.sum(extent, row, offset);
                  case MAXIMUM -> kernel.maximum(extent, row, offset);
                };
          }
          if (stride != 1) {
            worker.giveBack(row);
          }
        });
  }

  private void reduceColumns(
      ReduceOp op, LoopNest nest, int extent, int stride, float[] from, float[] to) {
    nest.forEach(
        pool,
        Math.max(1, extent),
        COLUMNS,
        (n, at, strides, worker) -> {
          float[] row = worker.borrow(n);
          switch (op) {
            case SUM -> sumRows(extent, stride, n, from, at[0], row, worker);
            case MAXIMUM -> kernel.maximumRows(extent, stride, n, from, at[0], row, 0);
          }
          Strided.copy(n, row, 0, 1, to, at[1], strides[1]);
          worker.giveBack(row);
        });
  }

  /** Adds rows by halves, so that rounding errors grow with the logarithm of their number. */
  private void sumRows(
      int rows, int stride, int n, float[] from, int offset, float[] sum, Worker worker) {
    if (rows <= ROWS) {
      kernel.sumRows(rows, stride, n, from, offset, sum, 0);
      return;
    }
    int half = rows / 2;
    float[] second = worker.borrow(n);
    sumRows(half, stride, n, from, offset, sum, worker);
    sumRows(rows - half, stride, n, from, offset + half * stride, second, worker);
    for (int j = 0; j < n; j++) {
      sum[j] += second[j];
    }
    worker.giveBack(second);
  }
}
