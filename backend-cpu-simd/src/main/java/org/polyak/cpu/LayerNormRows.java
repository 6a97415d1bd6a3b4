package org.polyak.cpu;

import org.jspecify.annotations.Nullable;

/** The inner loops of layer normalisation: a run of rows at a time, on plain arrays. */
interface LayerNormRows {
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
      int savedOffset);

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
      float[] sums);
}
