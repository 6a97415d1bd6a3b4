package org.polyak.cpu;

/**
 * The inner loops of softmax attention on a tile of scores, whose rows lie {@code stride} apart
 * from index 0. Row r sees the tile's first {@code visible[r]} columns; the others become zero.
 */
interface SoftmaxLoops {
  /**
   * Replaces scores by {@code exp(scale · score − largest)} and moves the rows' running largest
   * score and sum on.
   *
   * @param rows number of rows
   * @param columns columns of the tile
   * @param stride distance between rows
   * @param scores updated
   * @param scale factor on scores
   * @param visible columns that each row sees
   * @param largest the largest scaled score of each row so far, updated
   * @param sum the sum of exponentials of each row so far, updated
   * @param rescale receives what each row's earlier exponentials must be multiplied by
   */
  void advance(
      int rows,
      int columns,
      int stride,
      float[] scores,
      float scale,
      int[] visible,
      float[] largest,
      float[] sum,
      float[] rescale);

  /**
   * Replaces scores by probabilities {@code exp(scale · score − logSumExp)}.
   *
   * @param rows number of rows
   * @param columns columns of the tile
   * @param stride distance between rows
   * @param scores updated
   * @param scale factor on scores
   * @param visible columns that each row sees
   * @param logSumExp of each row
   */
  void probabilities(
      int rows,
      int columns,
      int stride,
      float[] scores,
      float scale,
      int[] visible,
      float[] logSumExp);

  /**
   * Replaces gradients for probabilities by gradients for unscaled scores: {@code scale · p · (dp −
   * mean)}.
   *
   * @param rows number of rows
   * @param columns columns of the tile
   * @param stride distance between rows
   * @param probabilities p
   * @param gradients dp, updated
   * @param mean {@code Σ p dp} of each row
   * @param scale factor on scores
   */
  void scoreGradients(
      int rows,
      int columns,
      int stride,
      float[] probabilities,
      float[] gradients,
      float[] mean,
      float scale);
}
