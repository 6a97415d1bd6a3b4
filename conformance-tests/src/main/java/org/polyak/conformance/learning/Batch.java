package org.polyak.conformance.learning;

/** Sequences of one length, row by row, with a target for each token; −1 for none. */
final class Batch {
  private final int size;
  private final int[] tokens;
  private final int[] targets;

  Batch(int size, int[] tokens, int[] targets) {
    this.size = size;
    this.tokens = tokens.clone();
    this.targets = targets.clone();
  }

  int size() {
    return size;
  }

  int length() {
    return tokens.length / size;
  }

  int[] tokens() {
    return tokens.clone();
  }

  int[] targets() {
    return targets.clone();
  }

  /** The number of tokens that have a target. */
  int counted() {
    int counted = 0;
    for (int target : targets) {
      counted += target < 0 ? 0 : 1;
    }
    return counted;
  }
}
