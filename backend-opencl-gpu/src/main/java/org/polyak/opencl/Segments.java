package org.polyak.opencl;

/**
 * How a sequence is cut: all segments are worked on at the same time.
 *
 * @param length tokens of a segment; the last may be shorter
 * @param count segments
 */
record Segments(int length, int count) {
  /**
   * Work-groups of one warp that fit into a compute unit of NVIDIA's at once, by the registers of
   * the greediest kernel.
   */
  private static final int NARROW_GROUPS = 12;

  /** The same of two warps each. */
  private static final int WIDE_GROUPS = 4;

  private static final int WIDE = 64;

  /** Below it, the state at a segment's start costs more than the segment. */
  private static final int LEAST = 64;

  /** Up to it, heads that occupy all units by themselves are best left whole. */
  private static final int WHOLE = 256;

  private static final int WHOLE_HEADS_PER_UNIT = 3;

  /** Tokens that a group carries at a time. */
  private static final int STEP = 4;

  /**
   * By sizes alone, so that results depend on nothing else.
   *
   * @param tokens N, at least 1
   * @param heads B·H
   * @param channels of a head
   * @param units compute units of the device
   */
  static Segments of(int tokens, int heads, int channels, int units) {
    if (tokens <= WHOLE && heads >= WHOLE_HEADS_PER_UNIT * units) {
      return new Segments(tokens, 1);
    }
    int groups = units * (channels < WIDE ? NARROW_GROUPS : WIDE_GROUPS);
    int wanted = Math.max(1, groups / heads);
    int length = Math.max(LEAST, (int) Groups.cover((tokens + wanted - 1) / wanted, STEP));
    return new Segments(Math.min(length, tokens), (tokens + length - 1) / length);
  }

  /** Tokens of the last segment. */
  int lastLength(int tokens) {
    return tokens - (count - 1) * length;
  }
}
