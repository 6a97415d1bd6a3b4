package org.polyak.spi;

/** Element-wise functions of two F32 arguments. */
public enum BinaryOp {
  /** a + b. */
  ADD,
  /** a − b. */
  SUBTRACT,
  /** a · b. */
  MULTIPLY,
  /** a / b. */
  DIVIDE,
  /** The larger; NaN if either is NaN. */
  MAXIMUM,
  /** The smaller; NaN if either is NaN. */
  MINIMUM,
  /** 1 where a &lt; b, else 0. */
  LESS,
  /** 1 where a = b, else 0. */
  EQUAL
}
