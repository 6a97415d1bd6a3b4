package org.polyak.cpu;

import org.polyak.spi.Tensor;

/**
 * Where a tensor {@code [B, N, H, D]} keeps the rows of its heads.
 *
 * @param data the array
 * @param offset start of the first row
 * @param batchStride distance between sequences
 * @param rowStride distance between the rows of a head
 * @param width D
 */
@SuppressWarnings("ArrayRecordComponent") // a place in memory, never compared
record HeadTensor(float[] data, int offset, int batchStride, int rowStride, int width) {
  static HeadTensor of(Tensor tensor) {
    FloatSpan floats = FloatSpan.of(tensor);
    return new HeadTensor(
        floats.data(),
        floats.offset(),
        Math.toIntExact(tensor.layout().stride(0)),
        Math.toIntExact(tensor.layout().stride(1)),
        tensor.shape().dim(3));
  }

  /** Start of a row. */
  int at(int sequence, int row, int head) {
    return offset + sequence * batchStride + row * rowStride + head * width;
  }
}
