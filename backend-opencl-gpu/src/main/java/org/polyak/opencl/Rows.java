package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.DType;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/** Rows of tables by index. */
final class Rows {
  private static final int GROUP = 256;
  private static final String GROUPS = "-DGROUP=256 -DVECTOR=1";

  /** Rows to add that a group looks through. */
  private static final int SPAN = 4 * GROUP;

  /** Most elements of all tables of slabs together: 16 MB. */
  private static final long MOST_SUMS = 1 << 22;

  /** Rows that a work-item gathers. */
  private static final int GATHERED = 4;

  /** Columns that a work-item takes where it works alone. */
  private static final int COLUMNS = 16;

  private final OpenClDevice device;
  private final Faults faults;

  Rows(OpenClDevice device, Faults faults) {
    this.device = device;
    this.faults = faults;
  }

  void gather(Tensor table, Tensor indices, Tensor out) {
    int width = out.shape().dim(1);
    int count = out.shape().dim(0);
    if (count == 0) {
      return;
    }
    int vector = rowsOfPacks(table, out) ? Packs.vector(width, table, out) : 1;
    Kernel kernel = device.kernel("rows", Packs.options(vector), "gather");
    for (Tensor tensor : new Tensor[] {out, table}) {
      Packs.arguments(kernel, vector, tensor)
          .integer(Math.toIntExact(tensor.layout().stride(0) / vector))
          .integer(Math.toIntExact(tensor.layout().stride(1)));
    }
    vector(kernel, indices);
    width /= vector;
    int group = device.traits().groupSize();
    int across = Math.min(group, Groups.powerOfTwo(width));
    int blocks = Math.max(1, Math.ceilDiv(width, across));
    kernel
        .integer(count)
        .integer(table.shape().dim(0))
        .integer(width)
        .integer(across)
        .integer(blocks)
        .memory(faults.note())
        .launch(
            device.queue(),
            (long) Math.ceilDiv(count, group / across * GATHERED) * blocks * group,
            group);
  }

  /** Whether rows are contiguous and a multiple of four elements apart. */
  private static boolean rowsOfPacks(Tensor... matrices) {
    for (Tensor matrix : matrices) {
      if (matrix.layout().stride(1) != 1 || matrix.layout().stride(0) % 4 != 0) {
        return false;
      }
    }
    return true;
  }

  void scatterAdd(Tensor rows, Tensor indices, Tensor table) {
    if (rows.shape().dim(0) == 0) {
      return;
    }
    Traits traits = device.traits();
    if (traits.cooperative() && traits.groupSize() >= GROUP && table.shape().size() > 0) {
      scatterBySlabs(rows, indices, table);
    } else {
      int width = table.shape().dim(1);
      scatter(device.kernel("rows", Packs.options(1), "scatter_columns"), rows, indices, table)
          .integer(COLUMNS)
          .launch(device.queue(), Math.max(1, Math.ceilDiv(width, COLUMNS)), 1);
    }
  }

  private void scatterBySlabs(Tensor rows, Tensor indices, Tensor table) {
    int height = table.shape().dim(0);
    long size = table.shape().size();
    int spans = Math.ceilDiv(rows.shape().dim(0), SPAN);
    int most = Math.clamp(MOST_SUMS / size, 1, spans);
    int spansOfSlab = Math.ceilDiv(spans, most);
    int slabs = Math.ceilDiv(spans, spansOfSlab);
    try (Scope scope = Scope.open("scatter", device.pool())) {
      Tensor sums =
          slabs > 1 ? scope.allocate(DType.F32, Shape.of(slabs, Math.toIntExact(size))) : table;
      scatter(device.kernel("rows", GROUPS, "scatter_slab"), rows, indices, table)
          .memory(OpenClBuffer.memory(sums))
          .integer(slabs)
          .integer(spansOfSlab)
          .launch(device.queue(), (long) height * slabs * GROUP, GROUP);
      if (slabs > 1) {
        Kernel kernel = device.kernel("rows", GROUPS, "scatter_total");
        matrix(kernel, table);
        kernel
            .memory(OpenClBuffer.memory(sums))
            .integer(slabs)
            .integer(table.shape().dim(1))
            .integer(size)
            .launch(device.queue(), Groups.cover(size, GROUP), GROUP);
      }
    }
  }

  private Kernel scatter(Kernel kernel, Tensor rows, Tensor indices, Tensor table) {
    matrix(kernel, table);
    matrix(kernel, rows);
    vector(kernel, indices);
    return kernel
        .integer(rows.shape().dim(0))
        .integer(table.shape().dim(0))
        .integer(table.shape().dim(1))
        .memory(faults.note());
  }

  private static void matrix(Kernel kernel, Tensor tensor) {
    vector(kernel, tensor);
    kernel.integer(Math.toIntExact(tensor.layout().stride(1)));
  }

  private static void vector(Kernel kernel, Tensor tensor) {
    kernel
        .memory(OpenClBuffer.memory(tensor))
        .integer(tensor.layout().offset())
        .integer(Math.toIntExact(tensor.layout().stride(0)));
  }
}
