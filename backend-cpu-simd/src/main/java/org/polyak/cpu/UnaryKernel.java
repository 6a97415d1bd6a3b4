package org.polyak.cpu;

import org.polyak.spi.UnaryOp;

/** Element-wise functions of one contiguous run of floats. */
interface UnaryKernel {
  /** {@code out[outOffset + i] = op(in[inOffset + i])} for i below n; may work in place. */
  void apply(UnaryOp op, int n, float[] in, int inOffset, float[] out, int outOffset);
}
