package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.opencl.driver.Queue;
import org.polyak.spi.Tensor;

/** Rows of tables by index. */
final class Rows {
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
    Kernel kernel = device.kernel("rows", "", "gather");
    matrix(kernel, out);
    matrix(kernel, table);
    vector(kernel, indices);
    launch(kernel.integer(table.shape().dim(0)).integer(width).memory(faults.note()), width, count);
  }

  void scatterAdd(Tensor rows, Tensor indices, Tensor table) {
    int width = table.shape().dim(1);
    int height = table.shape().dim(0);
    int count = rows.shape().dim(0);
    if (count == 0) {
      return;
    }
    Kernel kernel = device.kernel("rows", "", "scatter_add");
    matrix(kernel, table);
    matrix(kernel, rows);
    vector(kernel, indices);
    launch(
        kernel.integer(count).integer(height).integer(width).memory(faults.note()), width, height);
  }

  private void launch(Kernel kernel, int width, int height) {
    int group = Math.min(device.traits().groupSize(), Groups.powerOfTwo(width));
    Queue queue = device.queue();
    kernel.launch(
        queue, new long[] {Groups.cover(Math.max(1, width), group), height}, new long[] {group, 1});
  }

  private static void matrix(Kernel kernel, Tensor tensor) {
    kernel
        .memory(OpenClBuffer.memory(tensor))
        .integer(tensor.layout().offset())
        .integer(Math.toIntExact(tensor.layout().stride(0)))
        .integer(Math.toIntExact(tensor.layout().stride(1)));
  }

  private static void vector(Kernel kernel, Tensor tensor) {
    kernel
        .memory(OpenClBuffer.memory(tensor))
        .integer(tensor.layout().offset())
        .integer(Math.toIntExact(tensor.layout().stride(0)));
  }
}
