package org.polyak.cpu;

/**
 * The inner loops that softmax cross-entropy has beside those of {@link SoftmaxRows}, for the same
 * groups of rows.
 */
interface CrossEntropyRows {
  /** Replaces x by its natural logarithm. */
  void logarithms(float[] x);

  /**
   * Sums by row of {@code exp(x − largest)}.
   *
   * @param rows number of rows, at most {@link SoftmaxRows#GROUP}
   * @param classes their length C
   * @param logits holds the rows
   * @param offset first logit of the first row
   * @param largest the largest logit of each row
   * @param sums receives the sums by row; at least {@link SoftmaxRows#SUMS} long
   */
  void sums(int rows, int classes, float[] logits, int offset, float[] largest, float[] sums);

  /** The sum of {@code x − shift} over a run. */
  float sumOfDifferences(int n, float[] x, int offset, float shift);

  /** Replaces a run by {@code factor · x + term}. */
  void scale(int n, float[] x, int offset, float factor, float term);
}
