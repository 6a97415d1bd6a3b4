package org.polyak.cpu;

/**
 * The inner loops of softmax and of its gradient on plain arrays: a few rows at a time, which
 * follow each other without gaps. Each loop goes over all of them, so that none waits for the sum
 * of its row.
 */
interface SoftmaxRows {
  /** Rows that go through the loops together, at most. */
  int GROUP = 16;

  /** Floats that receive the sums of a group's rows, one vector to each on the way. */
  int SUMS = GROUP * 16;

  /**
   * The largest element of each row.
   *
   * @param rows number of rows, at most {@link #GROUP}
   * @param width their length
   * @param x holds the rows
   * @param offset first element of the first row
   * @param largest receives the largest by row
   */
  void largest(int rows, int width, float[] x, int offset, float[] largest);

  /**
   * Computes {@code exp(x − largest)}, and its sums by row.
   *
   * @param rows number of rows, at most {@link #GROUP}
   * @param width their length
   * @param x holds the rows
   * @param offset first element of the first row
   * @param largest the largest element of each row
   * @param sums receives the sums by row; at least {@link #SUMS} long
   * @param out receives the exponentials
   * @param outOffset first of them
   */
  void exponentials(
      int rows,
      int width,
      float[] x,
      int offset,
      float[] largest,
      float[] sums,
      float[] out,
      int outOffset);

  /** Replaces a run by {@code factor · x}. */
  void scale(int n, float[] x, int offset, float factor);

  /**
   * Gradients of rows, each {@code y (dy − Σ y dy)}.
   *
   * @param rows number of rows
   * @param width their length
   * @param y what softmax gave
   * @param yOffset its first element
   * @param dy gradient for it
   * @param dyOffset its first element
   * @param dx receives the gradient for the input
   * @param dxOffset its first element
   */
  void differentiate(
      int rows,
      int width,
      float[] y,
      int yOffset,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset);
}
