package org.polyak.cpu;

/**
 * The inner loops of softmax cross-entropy on plain arrays: a few rows at a time, which follow each
 * other without gaps. Each loop goes over all of them, so that none waits for the sum of its row.
 */
interface CrossEntropyRows {
  /** Rows that go through the loops together. */
  int GROUP = 16;

  /** Floats that receive the sums of a group's rows, one vector to each on the way. */
  int SUMS = GROUP * 16;

  /** Replaces x by its natural logarithm. */
  void logarithms(float[] x);

  /**
   * The largest logit of each row.
   *
   * @param rows number of rows, at most {@link #GROUP}
   * @param classes their length C
   * @param logits holds the rows
   * @param offset first logit of the first row
   * @param largest receives the largest by row
   */
  void largest(int rows, int classes, float[] logits, int offset, float[] largest);

  /**
   * Sums by row of {@code exp(x − largest)}.
   *
   * @param rows number of rows, at most {@link #GROUP}
   * @param classes their length C
   * @param logits holds the rows
   * @param offset first logit of the first row
   * @param largest the largest logit of each row
   * @param sums receives the sums by row; at least {@link #SUMS} long
   */
  void sums(int rows, int classes, float[] logits, int offset, float[] largest, float[] sums);

  /** As {@link #sums}, where the exponentials are kept, from {@code keptOffset} on. */
  void exponentials(
      int rows,
      int classes,
      float[] logits,
      int offset,
      float[] largest,
      float[] sums,
      float[] kept,
      int keptOffset);

  /** The sum of {@code x − shift} over a run. */
  float sumOfDifferences(int n, float[] x, int offset, float shift);

  /** Replaces a run by {@code factor · x + term}. */
  void scale(int n, float[] x, int offset, float factor, float term);
}
