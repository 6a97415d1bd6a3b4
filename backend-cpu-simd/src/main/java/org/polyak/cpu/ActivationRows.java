package org.polyak.cpu;

import org.polyak.spi.fused.Activation;

/** The inner loops of bias and activation: a run of rows at a time, on plain arrays. */
interface ActivationRows {
  /** Room for the rest of a row: what goes in or out, bias, gradient and sums, a vector each. */
  int TAIL = 4 * VectorWidth.MAXIMUM_LANES;

  /** Sigmoids that are computed at once. */
  int SIGMOIDS = 256;

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
   * @param sumsOffset the first of them
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
      int sumsOffset,
      float[] scratch);

  /** Floats of scratch: for the rest of a row, and for sigmoids. */
  static int scratchLength() {
    return TAIL + SIGMOIDS;
  }
}
