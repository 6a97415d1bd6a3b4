package org.polyak.cpu;

/** Reductions of contiguous runs, and of rows onto one another. */
interface ReduceKernel {
  /**
   * The sum of n consecutive floats: blocks of floats in vector lanes, the blocks in double
   * precision, all in an order that n alone decides.
   */
  double sum(int n, float[] in, int offset);

  /** The largest of n consecutive floats; NaN if any is NaN; −∞ if n is 0. */
  float maximum(int n, float[] in, int offset);

  /**
   * {@code out[j] = sum over r of in[offset + r * rowStride + j]} for j below n, r in ascending
   * order.
   */
  void sumRows(int rows, int rowStride, int n, float[] in, int offset, float[] out, int outOffset);

  /** As {@link #sumRows} with the largest instead of the sum. */
  void maximumRows(
      int rows, int rowStride, int n, float[] in, int offset, float[] out, int outOffset);
}
