package org.polyak.conformance.attention;

import org.jspecify.annotations.Nullable;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.AttentionInputs;
import org.polyak.conformance.oracle.Visibility;

/**
 * Shapes and magnitudes of one attention call.
 *
 * @param batch B
 * @param queryCount N
 * @param keyCount S
 * @param heads H
 * @param keyDim K
 * @param valueDim V
 * @param padded whether sequences have lengths of their own, among them 0 and S
 * @param scale standard deviation of queries and keys
 * @param shift added to queries and keys
 * @param valueScale standard deviation of values
 */
record AttentionTrial(
    int batch,
    int queryCount,
    int keyCount,
    int heads,
    int keyDim,
    int valueDim,
    boolean padded,
    double scale,
    double shift,
    double valueScale) {

  /** Two sequences of two heads with 8 channels, standard normal. */
  static AttentionTrial tokens(int count) {
    return new AttentionTrial(2, count, count, 2, 8, 8, false, 1, 0, 1);
  }

  AttentionTrial keys(int count) {
    return new AttentionTrial(
        batch, queryCount, count, heads, keyDim, valueDim, padded, scale, shift, valueScale);
  }

  AttentionTrial sized(int newBatch, int newHeads, int newKeyDim, int newValueDim) {
    return new AttentionTrial(
        newBatch,
        queryCount,
        keyCount,
        newHeads,
        newKeyDim,
        newValueDim,
        padded,
        scale,
        shift,
        valueScale);
  }

  /** Four sequences, the first complete and the last without any key. */
  AttentionTrial withPadding() {
    return new AttentionTrial(
        4, queryCount, keyCount, heads, keyDim, valueDim, true, scale, shift, valueScale);
  }

  AttentionTrial scaled(double newScale, double newShift, double newValueScale) {
    return new AttentionTrial(
        batch,
        queryCount,
        keyCount,
        heads,
        keyDim,
        valueDim,
        padded,
        newScale,
        newShift,
        newValueScale);
  }

  /** The number of real keys of each sequence; null for all. */
  int @Nullable [] lengths() {
    return padded ? new int[] {keyCount, keyCount / 2, Math.min(1, keyCount), 0} : null;
  }

  AttentionInputs draw(Samples s, boolean causal) {
    Visibility visibility = causal ? Visibility.causal() : Visibility.full();
    return new AttentionInputs(
        draw(s, scale, shift, batch, queryCount, heads, keyDim),
        draw(s, scale, shift, batch, keyCount, heads, keyDim),
        draw(s, valueScale, 0, batch, keyCount, heads, valueDim),
        visibility.withKeyLengths(lengths()));
  }

  /** Normal numbers, for outputs' cotangents and states too. */
  static Array draw(Samples s, double scale, double shift, int... shape) {
    Array zeros = Array.zeros(shape);
    return Samples.array(s.normal(zeros.size(), 1), shape).map(x -> (float) (shift + scale * x));
  }
}
