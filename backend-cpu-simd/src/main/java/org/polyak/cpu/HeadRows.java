package org.polyak.cpu;

import org.polyak.spi.fused.FeatureMap;

/**
 * Rows of one attention head on their way between tensors and scratch memory. In scratch memory a
 * row is padded with zeros to whole vectors and lies as a {@link RowLayout} says; a tensor's row is
 * never read or written beyond its width.
 */
interface HeadRows {
  /** Floats in one vector, what the length of a padded row is a multiple of. */
  int lanes();

  /**
   * Loads rows of heads that lie side by side and applies the feature map. Goes through the tensor
   * in the order of memory, which is what keeps memory busy.
   *
   * @param map φ
   * @param count number of rows
   * @param width floats per row of one head
   * @param from the tensor's array
   * @param fromOffset start of the first row of the first head; the next head's is {@code width}
   *     further
   * @param fromStride distance between rows
   * @param to receives padded rows, an array per head
   * @param toRow the first row to receive
   * @param toStep 1, or −1 where the next row to receive is the one before: a tensor is read in the
   *     order of memory in either case, which takes half the time of the opposite order
   * @param layout where padded rows lie
   */
  void load(
      FeatureMap map,
      int count,
      int width,
      float[] from,
      int fromOffset,
      int fromStride,
      float[][] to,
      int toRow,
      int toStep,
      RowLayout layout);

  /**
   * Loads rows of heads that lie side by side, each times a factor. Parameters as in {@link #load}.
   *
   * @param factors an array per head, indexed as the rows that receive
   */
  void loadScaled(
      int count,
      int width,
      float[] from,
      int fromOffset,
      int fromStride,
      float[][] factors,
      float[][] to,
      int toRow,
      int toStep,
      RowLayout layout);

  /**
   * Stores rows of heads that lie side by side, each times a factor.
   *
   * @param count number of rows
   * @param width floats per row of one head
   * @param from rows, padded or not, an array per head
   * @param fromRow the first row to store
   * @param fromStep 1, or −1 where the next row to store is the one before
   * @param layout where these rows lie
   * @param factors an array per head, indexed as the rows to store
   * @param to the tensor's array
   * @param toOffset start of the first row of the first head; the next head's is {@code width}
   *     further
   * @param toStride distance between rows
   */
  void store(
      int count,
      int width,
      float[][] from,
      int fromRow,
      int fromStep,
      RowLayout layout,
      float[][] factors,
      float[] to,
      int toOffset,
      int toStride);

  /**
   * Replaces gradients for φ(x) by gradients for x: φ'(x) is 1 where φ(x) &gt; 1, else φ(x).
   *
   * @param map φ
   * @param count number of padded rows
   * @param layout where padded rows lie
   * @param mapped φ(x)
   * @param gradients updated
   */
  void chain(FeatureMap map, int count, RowLayout layout, float[] mapped, float[] gradients);

  /**
   * Gradients for the denominators: {@code dd_t = −reciprocal_t · query_t · gradient_t}.
   *
   * @param count number of padded rows
   * @param layout where padded rows lie
   * @param queries padded rows
   * @param gradients padded rows, what reaches the queries through the numerators
   * @param reciprocals one per row from index 0
   * @param denominators receives one value per row from index 0
   */
  void denominatorGradients(
      int count,
      RowLayout layout,
      float[] queries,
      float[] gradients,
      float[] reciprocals,
      float[] denominators);

  /**
   * Completes gradients for φ(x) by running sums, and replaces them by gradients for x as {@link
   * #chain} does: {@code sum += termFactor_t · term_t}; {@code gradient_t = (gradient_t +
   * outFactor_t · sum) φ'(x_t)}.
   *
   * @param map φ
   * @param count number of padded rows
   * @param layout where padded rows lie
   * @param terms padded rows
   * @param termFactors one per row from index 0
   * @param sum one padded row, updated
   * @param outFactors one per row from index 0
   * @param mapped φ(x)
   * @param gradients padded rows, updated
   */
  void completeGradients(
      FeatureMap map,
      int count,
      RowLayout layout,
      float[] terms,
      float[] termFactors,
      float[] sum,
      float[] outFactors,
      float[] mapped,
      float[] gradients);

  /**
   * A weighted sum of rows: {@code sum += Σ_t factor_t · term_t}.
   *
   * @param count number of padded rows
   * @param layout where padded rows lie
   * @param terms padded rows
   * @param factors one per row from index 0
   * @param sum one padded row, updated
   */
  void weightedSum(int count, RowLayout layout, float[] terms, float[] factors, float[] sum);

  /**
   * Running denominators: {@code sum += key_t}; {@code denominator_t = query_t · sum + ε}.
   *
   * @param count number of padded rows
   * @param layout where padded rows lie
   * @param keys padded rows
   * @param sum one padded row, updated
   * @param queries padded rows
   * @param epsilon ε
   * @param denominators receives one value per row from index 0
   */
  void runningDenominators(
      int count,
      RowLayout layout,
      float[] keys,
      float[] sum,
      float[] queries,
      float epsilon,
      float[] denominators);

  /**
   * Denominators for one sum: {@code denominator_t = query_t · sum + ε}.
   *
   * @param count number of padded rows
   * @param layout where padded rows lie
   * @param queries padded rows
   * @param sum one padded row
   * @param epsilon ε
   * @param denominators receives one value per row from index 0
   */
  void denominators(
      int count,
      RowLayout layout,
      float[] queries,
      float[] sum,
      float epsilon,
      float[] denominators);

  /**
   * Scalar products of rows of two tensors, for heads that lie side by side.
   *
   * @param count number of rows
   * @param width floats per row of one head
   * @param a array of the first
   * @param aOffset start of the first head's first row; the next head's is {@code width} further
   * @param aStride distance between its rows
   * @param b array of the second
   * @param bOffset start of the first head's first row; the next head's is {@code width} further
   * @param bStride distance between its rows
   * @param dots receives one value per row, an array per head
   * @param first index of the first value
   */
  void dots(
      int count,
      int width,
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[][] dots,
      int first);
}
