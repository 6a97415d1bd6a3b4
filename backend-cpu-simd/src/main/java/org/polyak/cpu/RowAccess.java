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
    Indices rows = Indices.checked(indices, table.shape().dim(0), "gatherRows");
    int width = table.shape().dim(1);
    if (rows.count() == 0 || width == 0) {
      return;
    }
    Rows source = new Rows(table.layout());
    Rows target = new Rows(out.layout());
    int perTask = Math.max(1, TASK / width);
    pool.parallelFor(
        Tasks.count(rows.count(), perTask),
        (task, worker) -> {
          int until = Math.min(rows.count(), (task + 1) * perTask);
          for (int r = task * perTask; r < until; r++) {
            Strided.copy(
                width,
                from,
                source.at(rows.at(r), 0),
                source.step,
                to,
                target.at(r, 0),
                target.step);
          }
        });
  }

  void scatterAdd(Tensor rows, Tensor indices, Tensor table) {
    float[] from = CpuBuffer.floats(rows);
    float[] to = CpuBuffer.floats(table);
    Indices targets = Indices.checked(indices, table.shape().dim(0), "scatterAddRows");
    int width = table.shape().dim(1);
    if (targets.count() == 0 || width == 0) {
      return;
    }
    Rows source = new Rows(rows.layout());
    Rows target = new Rows(table.layout());
    pool.parallelFor(
        Tasks.count(width, COLUMNS),
        (task, worker) -> {
          int column = task * COLUMNS;
          int n = Math.min(COLUMNS, width - column);
          for (int r = 0; r < targets.count(); r++) {
            add(
                n,
                from,
                source.at(r, column),
                source.step,
                to,
                target.at(targets.at(r), column),
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

  /** The indices of rows: element i is at {@code offset + i * stride}. */
  @SuppressWarnings("ArrayRecordComponent") // a place in memory, never compared
  private record Indices(int[] data, int offset, int stride, int count) {
    /** After a check that each names a row. */
    static Indices checked(Tensor tensor, int rows, String verb) {
      Indices indices =
          new Indices(
              CpuBuffer.ints(tensor),
              CpuBuffer.offset(tensor),
              Math.toIntExact(tensor.layout().stride(0)),
              tensor.shape().dim(0));
      for (int i = 0; i < indices.count; i++) {
        int index = indices.at(i);
        if (index < 0 || index >= rows) {
          throw new IndexOutOfBoundsException(
              "%s: index %d at position %d does not name one of the table's %d rows."
                  .formatted(verb, index, i, rows));
        }
      }
      return indices;
    }

    int at(int i) {
      return data[offset + i * stride];
    }
  }

  /** Addresses of a matrix. */
  private static final class Rows {
    private final int offset;
    private final int rowStride;
    private final int step;

    Rows(Layout layout) {
      offset = CpuBuffer.offset(layout);
      rowStride = Math.toIntExact(layout.stride(0));
      step = Math.toIntExact(layout.stride(1));
    }

    int at(int row, int column) {
      return offset + row * rowStride + column * step;
    }
  }
}
