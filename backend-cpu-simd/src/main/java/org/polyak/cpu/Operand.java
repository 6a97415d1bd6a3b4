package org.polyak.cpu;

/**
 * A matrix in an array: element (i, j) is at {@code offset + i * rowStride + j * columnStride}. A
 * transpose is an exchange of strides. Nobody moves it but who made it, between two products.
 */
final class Operand {
  private float[] data;
  private int offset;
  private int rowStride;
  private int columnStride;

  Operand(float[] data, int offset, int rowStride, int columnStride) {
    this.data = data;
    this.offset = offset;
    this.rowStride = rowStride;
    this.columnStride = columnStride;
  }

  /** No matrix yet: for those that {@link #moveTo} moves. */
  Operand() {
    this(new float[0], 0, 0, 0);
  }

  /** Goes on to another matrix. */
  Operand moveTo(float[] data, int offset, int rowStride, int columnStride) {
    this.data = data;
    this.offset = offset;
    this.rowStride = rowStride;
    this.columnStride = columnStride;
    return this;
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
