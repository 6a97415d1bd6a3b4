package org.polyak.cpu;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;

/**
 * The extents of one attention head, and their paddings in scratch memory.
 *
 * @param queries N
 * @param keys S
 * @param heads H
 * @param keyDim K
 * @param valueDim V
 * @param keyStride K rounded up to whole vectors
 * @param valueStride V rounded up to whole vectors
 * @param keyRows K rounded up to whole register blocks
 * @param valueRows V rounded up to whole register blocks
 */
record HeadShape(
    int queries,
    int keys,
    int heads,
    int keyDim,
    int valueDim,
    int keyStride,
    int valueStride,
    int keyRows,
    int valueRows) {

  static HeadShape of(AttentionInputs inputs, int lanes) {
    int keyDim = inputs.keyDim();
    int valueDim = inputs.valueDim();
    return new HeadShape(
        inputs.queryCount(),
        inputs.keyCount(),
        inputs.heads(),
        keyDim,
        valueDim,
        roundUp(keyDim, lanes),
        roundUp(valueDim, lanes),
        roundUp(keyDim, ScanLoops.ROW_MULTIPLE),
        roundUp(valueDim, ScanLoops.ROW_MULTIPLE));
  }

  /** FloatSpan of a padded state with a row per key channel. */
  int stateSize() {
    return keyRows * valueStride;
  }

  /** FloatSpan of a padded state with a row per value channel. */
  int transposedStateSize() {
    return valueRows * keyStride;
  }

  /** How many keys of a sequence are no padding. */
  int length(@Nullable Tensor keyLengths, int sequence) {
    if (keyLengths == null) {
      return keys;
    }
    IntSpan lengths = IntSpan.of(keyLengths);
    return Math.clamp(lengths.data()[lengths.offset() + sequence], 0, keys);
  }

  private static int roundUp(int value, int multiple) {
    return Math.ceilDiv(value, multiple) * multiple;
  }
}
