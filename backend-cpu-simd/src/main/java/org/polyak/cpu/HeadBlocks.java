package org.polyak.cpu;

/**
 * The blocks of each head: of the usual number of tokens and, where a sequence does not end with a
 * whole one, of the number that was last left. Lengths seldom change, so blocks are seldom made.
 */
final class HeadBlocks {
  private final CausalScan.Block[] whole;
  private final CausalScan.Block[] rest;

  /** Takes the array over, a block for each head. */
  HeadBlocks(CausalScan.Block[] whole) {
    this.whole = whole;
    this.rest = whole.clone();
  }

  /** The block of a head, with so many tokens. */
  CausalScan.Block of(int head, int tokens) {
    if (tokens == whole[head].tokens()) {
      return whole[head];
    }
    rest[head] = rest[head].ofTokens(tokens);
    return rest[head];
  }
}
