package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Layout;
import org.polyak.spi.Tensor;

/**
 * The matrices of one tensor as a kernel's arguments: memory, first position, and a {@code long4}
 * of strides, all counted in elements.
 *
 * @param tensor whose memory it is
 * @param start of the first matrix
 * @param outer distance along the outer loop over the batch
 * @param batch distance along the inner loop over the batch
 * @param row distance between rows
 * @param column distance between columns
 */
record Operand(Tensor tensor, long start, long outer, long batch, long row, long column) {
  /**
   * A tensor of a product.
   *
   * @param index of the tensor among those that were looped over
   * @param start one of the loops' starts
   */
  static Operand of(Tensor tensor, Loops batches, int index, long[] start) {
    int[] strides = batches.strides()[index];
    Layout layout = tensor.layout();
    return new Operand(
        tensor, start[index], strides[0], strides[1], layout.stride(-2), layout.stride(-1));
  }

  /** As the next three arguments. */
  void passTo(Kernel kernel) {
    kernel.memory(OpenClBuffer.memory(tensor)).integer(start).integers(outer, batch, row, column);
  }
}
