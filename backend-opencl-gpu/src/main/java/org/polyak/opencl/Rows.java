package org.polyak.opencl;

import java.lang.foreign.MemorySegment;
import org.polyak.opencl.driver.Kernel;
import org.polyak.opencl.driver.Memory;
import org.polyak.opencl.driver.Queue;
import org.polyak.spi.Tensor;

/**
 * Rows of tables by index. An index outside its table is noted on the device and reported when the
 * host next waits for it.
 */
final class Rows implements AutoCloseable {
  private final OpenClDevice device;
  private final Memory fault;
  private boolean used;

  Rows(OpenClDevice device) {
    this.device = device;
    this.fault = device.queue().allocate(Integer.BYTES).orElseThrow();
    clear();
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
    launch(kernel.integer(table.shape().dim(0)).integer(width).memory(fault), width, count);
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
    launch(kernel.integer(count).integer(height).integer(width).memory(fault), width, height);
  }

  /**
   * Reports an index that some earlier call met outside its table. Waits for the device if there
   * was such a call since the last time.
   */
  void check() {
    if (!used) {
      return;
    }
    int[] row = {0};
    device.queue().read(fault, 0, MemorySegment.ofArray(row));
    used = false;
    if (row[0] != 0) {
      clear();
      throw new IndexOutOfBoundsException(
          "The index of row %d lies outside its table.".formatted(row[0] - 1));
    }
  }

  @Override
  public void close() {
    fault.close();
  }

  private void clear() {
    device.queue().write(MemorySegment.ofArray(new int[1]), fault, 0);
  }

  private void launch(Kernel kernel, int width, int height) {
    int group = Math.min(device.traits().groupSize(), Groups.powerOfTwo(width));
    Queue queue = device.queue();
    kernel.launch(
        queue, new long[] {Groups.cover(Math.max(1, width), group), height}, new long[] {group, 1});
    used = true;
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
