package org.polyak.conformance.oracle;

import java.util.Random;

/** Seeded random arrays for tests. */
final class Draw {
  private final Random random;

  Draw(long seed) {
    random = new Random(seed);
  }

  /** Standard normal numbers. */
  Array normal(int... shape) {
    return Array.zeros(shape).map(zero -> random.nextGaussian());
  }

  /**
   * Normal numbers at least 0.1 from 0, where activations have kinks that differences would cross.
   */
  Array offZero(int... shape) {
    return normal(shape).map(x -> x + Math.copySign(0.1, x));
  }

  /** Numbers in [0.5, 1.5]. */
  Array positive(int... shape) {
    return Array.zeros(shape).map(zero -> 0.5 + random.nextDouble());
  }

  /** Attention inputs with B = 2, H = 2, K = 3, V = 2. */
  AttentionInputs attention(int queries, int keys, Visibility visibility) {
    return new AttentionInputs(
        offZero(2, queries, 2, 3), offZero(2, keys, 2, 3), normal(2, keys, 2, 2), visibility);
  }

  /** A state that fits {@link #attention}, with a positive key sum. */
  MomentumRecurrence.State state() {
    return new MomentumRecurrence.State(normal(2, 2, 3, 2), normal(2, 2, 3, 2), positive(2, 2, 3));
  }
}
