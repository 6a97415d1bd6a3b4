package org.polyak.cpu;

import org.jspecify.annotations.Nullable;

/** The inner loops of layer normalisation: a run of rows at a time, on plain arrays. */
interface LayerNormRows {
  /** Rows that go through a pass together. */
  int GROUP = 4;

  /**
   * Normalises rows that follow each other without gaps.
   *
   * @param rows number of rows
   * @param width elements per row
   * @param in holds the rows
   * @param inOffset first element of the first row
   * @param gain gain of each column
   * @param gainOffset first gain
   * @param bias bias of each column, or null for none
   * @param biasOffset first bias
   * @param epsilon added to the variance
   * @param out receives the rows
   * @param outOffset first element of the first row
   * @param saved receives mean and reciprocal standard deviation by row, or null
   * @param savedOffset first mean
   * @param scratch at least {@link #scratchLength} floats
   */
  void forward(
      int rows,
      int width,
      float[] in,
      int inOffset,
      float[] gain,
      int gainOffset,
      float @Nullable [] bias,
      int biasOffset,
      double epsilon,
      float[] out,
      int outOffset,
      float @Nullable [] saved,
      int savedOffset,
      float[] scratch);

  /**
   * Computes the gradient of rows, and adds their share of the parameters' gradients to sums.
   *
   * @param rows number of rows
   * @param width elements per row
   * @param in holds the rows
   * @param inOffset first element of the first row
   * @param gain gain of each column
   * @param gainOffset first gain
   * @param saved mean and reciprocal standard deviation by row
   * @param savedOffset first mean
   * @param outGradient gradient for the output
   * @param outGradientOffset its first element
   * @param inGradient receives the gradient for the input
   * @param inGradientOffset its first element
   * @param sums {@code width} sums for the gain, then as many for the bias
   * @param sumsOffset the first of them
   * @param scratch at least {@link #scratchLength} floats
   */
  void backward(
      int rows,
      int width,
      float[] in,
      int inOffset,
      float[] gain,
      int gainOffset,
      float[] saved,
      int savedOffset,
      float[] outGradient,
      int outGradientOffset,
      float[] inGradient,
      int inGradientOffset,
      float[] sums,
      int sumsOffset,
      float[] scratch);

  /** Floats of scratch: three numbers for each of the rows that go through a pass together. */
  static int scratchLength() {
    return 3 * GROUP;
  }
}
