package org.polyak.opencl;

import org.polyak.opencl.driver.Memory;
import org.polyak.spi.Tensor;

/**
 * What lies along an axis.
 *
 * @param memory of the tensor
 * @param start position of the first element of the first result
 * @param strides of the loops over results
 * @param step to the next element of a result; negative from the last on
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Axis(Memory memory, long start, int[] strides, int step) {
  /** Of a tensor, along one of its axes. */
  static Axis of(Tensor tensor, int axis, long start, int[] strides) {
    int step = Math.toIntExact(tensor.layout().stride(axis));
    return new Axis(OpenClBuffer.memory(tensor), start, strides, step);
  }

  /** Of a matrix whose columns are the results of loops of some extents, along its rows. */
  static Axis ofRows(Tensor matrix, int[] extents) {
    int[] strides = new int[extents.length];
    int stride = 1;
    for (int loop = extents.length - 1; loop >= 0; loop--) {
      strides[loop] = stride;
      stride *= extents[loop];
    }
    return new Axis(OpenClBuffer.memory(matrix), 0, strides, stride);
  }

  /** The same from the last element to the first. */
  Axis reversed(int length) {
    return new Axis(memory, start + (length - 1L) * step, strides, -step);
  }

  /** Whether the innermost loop has step 1, and each of its rows begins at a multiple of four. */
  boolean hasRowsOfFours(int[] extents) {
    int row = strides.length - 1;
    return strides[row] == 1
        && extents[row] % 4 == 0
        && step % 4 == 0
        && leadsToFours(start, extents, row);
  }

  /**
   * Whether {@code first} and all that the outer loops lead to from there are multiples of four.
   */
  boolean leadsToFours(long first, int[] extents, int loops) {
    boolean fours = first % 4 == 0;
    for (int loop = 0; loop < loops; loop++) {
      fours &= extents[loop] == 1 || strides[loop] % 4 == 0;
    }
    return fours;
  }
}
