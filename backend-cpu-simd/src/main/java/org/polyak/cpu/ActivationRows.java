package org.polyak.cpu;

import org.polyak.spi.fused.Activation;

/** The inner loops of bias and activation: a run of rows at a time, on plain arrays. */
interface ActivationRows {
  /**
   * Computes {@code out = f(in + bias)} for rows that follow each other without gaps.
   *
   * @param activation f
   * @param rows number of rows
   * @param width elements per row
   * @param in holds the rows
   * @param inOffset first element of the first row
   * @param bias bias of each column
   * @param biasOffset first bias
   * @param out receives the rows
   * @param outOffset first element of the first row
   * @param scratch at least {@link #scratchLength} floats
   */
  void forward(
      Activation activation,
      int rows,
      int width,
      float[] in,
      int inOffset,
      float[] bias,
      int biasOffset,
      float[] out,
      int outOffset,
      float[] scratch);

  /**
   * Computes the gradient of rows, and adds their share of the bias's gradient to sums.
   *
   * @param activation f
   * @param rows number of rows
   * @param width elements per row
   * @param in holds the rows
   * @param inOffset first element of the first row
   * @param bias bias of each column
   * @param biasOffset first bias
   * @param outGradient gradient for the output
   * @param outGradientOffset its first element
   * @param inGradient receives the gradient for the input
   * @param inGradientOffset its first element
   * @param sums a sum for each column
   * @param scratch at least {@link #scratchLength} floats
   */
  void backward(
      Activation activation,
      int rows,
      int width,
      float[] in,
      int inOffset,
      float[] bias,
      int biasOffset,
      float[] outGradient,
      int outGradientOffset,
      float[] inGradient,
      int inGradientOffset,
      float[] sums,
      float[] scratch);

  /** Floats of scratch for rows of a width: the row and the longest vector. */
  static int scratchLength(int width) {
    return width + VectorWidth.MAXIMUM_LANES;
  }
}
