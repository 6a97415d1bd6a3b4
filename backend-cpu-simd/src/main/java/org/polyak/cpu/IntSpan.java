package org.polyak.cpu;

import org.polyak.spi.Tensor;

/**
 * A place in an int array.
 *
 * @param data the array
 * @param offset index of the first element
 */
@SuppressWarnings("ArrayRecordComponent") // a place in memory, never compared
record IntSpan(int[] data, int offset) {
  /** Where the elements of a tensor begin. */
  static IntSpan of(Tensor tensor) {
    return new IntSpan(CpuBuffer.ints(tensor), CpuBuffer.offset(tensor));
  }
}
