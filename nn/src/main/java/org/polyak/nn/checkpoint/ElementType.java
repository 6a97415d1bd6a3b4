package org.polyak.nn.checkpoint;

/** The element types of a safetensors file that this library reads and writes; little-endian. */
public enum ElementType {
  /** IEEE 754 binary64. */
  F64(8),
  /** IEEE 754 binary32. */
  F32(4),
  /** Two's complement 64-bit integer. */
  I64(8),
  /** Two's complement 32-bit integer. */
  I32(4);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }
}
