package org.polyak.cpu;

/** The padded rows of one block of tokens in the backward pass, an array for each head. */
final class GradientBlock {
  private final int tokens;
  private final HeadLayout dense;
  private final HeadLayout scanned;
  private final float[][] q;
  private final float[][] k;
  private final float[][] v;
  private final float[][] numerator;
  private final float[][] denominator;
  private final float[][] reciprocals;
  private final float[][] ones;
  private final float[][] keyGradient;
  private final float[][] valueGradient;

  /** Rows for up to {@code tokens} tokens of each head. */
  GradientBlock(
      HeadShape shape, int heads, int tokens, CausalScan scan, int lanes, Scratch scratch) {
    this.tokens = tokens;
    dense = HeadLayout.dense(shape, lanes);
    scanned = HeadLayout.of(scan, shape, tokens);
    q = scratch.matrices(heads, tokens * shape.keyStride());
    k = scratch.matrices(heads, tokens * shape.keyStride());
    v = scratch.matrices(heads, tokens * shape.valueStride());
    numerator = scratch.matrices(heads, tokens * shape.valueStride());
    keyGradient = scratch.matrices(heads, tokens * shape.keyStride());
    valueGradient = scratch.matrices(heads, tokens * shape.valueStride());
    denominator = scratch.take(heads, tokens);
    reciprocals = scratch.take(heads, tokens);
    ones = Scratch.repeated(heads, scratch.filled(tokens, 1));
  }

  /** Most tokens in one block. */
  int tokens() {
    return tokens;
  }

  /** How rows lie that matrix products read. */
  HeadLayout dense() {
    return dense;
  }

  /** How rows lie that are scanned. */
  HeadLayout scanned() {
    return scanned;
  }

  /** φ(q). */
  float[][] q() {
    return q;
  }

  /** φ(k). */
  float[][] k() {
    return k;
  }

  /** v. */
  float[][] v() {
    return v;
  }

  /** dN, the gradient for the numerators. */
  float[][] numerator() {
    return numerator;
  }

  /** dd, the gradient for the denominators, one per token. */
  float[][] denominator() {
    return denominator;
  }

  /** The reciprocals of the denominators, one per token. */
  float[][] reciprocals() {
    return reciprocals;
  }

  /** A one per token. */
  float[][] ones() {
    return ones;
  }

  /** The gradient for φ(q), then that for φ(k). */
  float[][] keyGradient() {
    return keyGradient;
  }

  /** The gradient for v. */
  float[][] valueGradient() {
    return valueGradient;
  }
}
