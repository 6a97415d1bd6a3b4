package org.polyak.cpu;

import org.polyak.spi.Layout;
import org.polyak.spi.Tensor;

/** The verbs that pick rows of a table by index: gatherRows and scatterAddRows. */
final class RowAccess {
  /** Elements that one task moves. */
  private static final int TASK = 16 * 1024;

  /** Columns to which one task adds all rows: their order, and so the result, is fixed. */
  private static final int COLUMNS = 64;

  private final WorkerPool pool;

  RowAccess(CpuDevice device) {
    this.pool = device.pool();
  }

  void gather(Tensor table, Tensor indices, Tensor out) {
    float[] from = CpuBuffer.floats(table);
    float[] to = CpuBuffer.floats(out);
    int[] rows = checkedIndices(indices, table.shape().dim(0), "gatherRows");
    int width = table.shape().dim(1);
    if (rows.length == 0 || width == 0) {
      return;
    }
    Rows source = new Rows(table.layout());
    Rows target = new Rows(out.layout());
    int perTask = Math.max(1, TASK / width);
    pool.parallelFor(
        Tasks.count(rows.length, perTask),
        (task, worker) -> {
          int until = Math.min(rows.length, (task + 1) * perTask);
          for (int r = task * perTask; r < until; r++) {
            Strided.copy(
                width, from, source.at(rows[r], 0), source.step, to, target.at(r, 0), target.step);
          }
        });
  }

  void scatterAdd(Tensor rows, Tensor indices, Tensor table) {
    float[] from = CpuBuffer.floats(rows);
    float[] to = CpuBuffer.floats(table);
    int[] targets = checkedIndices(indices, table.shape().dim(0), "scatterAddRows");
    int width = table.shape().dim(1);
    if (targets.length == 0 || width == 0) {
      return;
    }
    Rows source = new Rows(rows.layout());
    Rows target = new Rows(table.layout());
    pool.parallelFor(
        Tasks.count(width, COLUMNS),
        (task, worker) -> {
          int column = task * COLUMNS;
          int n = Math.min(COLUMNS, width - column);
          for (int r = 0; r < targets.length; r++) {
            add(
                n,
                from,
                source.at(r, column),
                source.step,
                to,
                target.at(targets[r], column),
                target.step);
          }
        });
  }

  private static void add(
      int n, float[] from, int read, int readStep, float[] to, int write, int writeStep) {
    if (readStep == 1 && writeStep == 1) {
      for (int j = 0; j < n; j++) {
        to[write + j] += from[read + j];
      }
    } else {
      for (int j = 0; j < n; j++) {
        to[write + j * writeStep] += from[read + j * readStep];
      }
    }
  }

  /** All indices, contiguous, after a check that each names a row. */
  private static int[] checkedIndices(Tensor indices, int rows, String verb) {
    int[] data = CpuBuffer.ints(indices);
    int[] result = new int[indices.shape().dim(0)];
    int offset = Math.toIntExact(indices.layout().offset());
    int stride = Math.toIntExact(indices.layout().stride(0));
    for (int r = 0; r < result.length; r++) {
      int index = data[offset + r * stride];
      if (index < 0 || index >= rows) {
        throw new IndexOutOfBoundsException(
            "%s: index %d at position %d does not name one of the table's %d rows."
                .formatted(verb, index, r, rows));
      }
      result[r] = index;
    }
    return result;
  }

  /** Addresses of a matrix. */
  private static final class Rows {
    private final int offset;
    private final int rowStride;
    private final int step;

    Rows(Layout layout) {
      offset = Math.toIntExact(layout.offset());
      rowStride = Math.toIntExact(layout.stride(0));
      step = Math.toIntExact(layout.stride(1));
    }

    int at(int row, int column) {
      return offset + row * rowStride + column * step;
    }
  }
}
