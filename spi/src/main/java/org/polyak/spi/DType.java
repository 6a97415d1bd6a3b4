package org.polyak.spi;

/** The element type of a tensor. */
public enum DType {
  /** IEEE 754 binary32. All arithmetic verbs work on it. */
  F32(4),
  /** Two's complement 32-bit integer. Used for indices, token ids and lengths. */
  I32(4);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }
}
