package org.polyak.cpu;

import org.polyak.spi.Tensor;

/**
 * A place in a float array.
 *
 * @param data the array
 * @param offset index of the first element
 */
@SuppressWarnings("ArrayRecordComponent") // a place in memory, never compared
record FloatSpan(float[] data, int offset) {
  /** Nowhere: stands for a tensor that is not wanted. */
  static final FloatSpan NONE = new FloatSpan(new float[0], 0);

  /** Where the elements of a tensor begin. */
  static FloatSpan of(Tensor tensor) {
    return new FloatSpan(CpuBuffer.floats(tensor), CpuBuffer.offset(tensor));
  }
}
