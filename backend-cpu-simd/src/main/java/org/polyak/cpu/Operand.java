package org.polyak.cpu;

/**
 * A matrix in an array: element (i, j) is at {@code offset + i * rowStride + j * columnStride}. A
 * transpose is an exchange of strides. Immutable handle on mutable memory.
 */
final class Operand {
  /** No matrix. */
  static final Operand NONE = new Operand(new float[0], 0, 0, 0);

  private final float[] data;
  private final int offset;
  private final int rowStride;
  private final int columnStride;

  Operand(float[] data, int offset, int rowStride, int columnStride) {
    this.data = data;
    this.offset = offset;
    this.rowStride = rowStride;
    this.columnStride = columnStride;
  }

  float[] data() {
    return data;
  }

  int offset() {
    return offset;
  }

  int rowStride() {
    return rowStride;
  }

  int columnStride() {
    return columnStride;
  }

  /** The transposed matrix on the same memory. */
  Operand transposed() {
    return new Operand(data, offset, columnStride, rowStride);
  }

  /** The same strides further on in the same memory. */
  Operand shifted(int distance) {
    return distance == 0 ? this : new Operand(data, offset + distance, rowStride, columnStride);
  }

  /** The matrix without its first columns. */
  Operand columnsFrom(int column) {
    return shifted(column * columnStride);
  }

  /** Where element (row, column) lies in {@link #data}. */
  int at(int row, int column) {
    return offset + row * rowStride + column * columnStride;
  }
}
