package org.polyak.cpu;

import org.polyak.spi.BinaryOp;

/** Element-wise functions of several contiguous runs of floats; all may work in place. */
interface BinaryKernel {
  /** {@code out[outOffset + i] = op(a[aOffset + i], b[bOffset + i])} for i below n. */
  void apply(
      BinaryOp op,
      int n,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      float[] out,
      int outOffset);

  /** {@code out[…] = condition[…] ≠ 0 ? a[…] : b[…]} for the n positions from the offsets on. */
  void select(
      int n,
      float[] condition,
      int conditionOffset,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      float[] out,
      int outOffset);
}
