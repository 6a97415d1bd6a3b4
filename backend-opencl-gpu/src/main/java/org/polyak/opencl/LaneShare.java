package org.polyak.opencl;

/**
 * How the work on one segment of one head is shared out: what each of the lanes of a group, one for
 * every channel, holds of the state, in blocks of four rows and of four columns, and how the group
 * goes through tokens.
 *
 * @param rowBlocks blocks of rows that a lane holds
 * @param columnBlocks blocks of columns that a lane holds
 * @param tile tokens in local memory at a time
 * @param unrolled tokens of a loop's body, where loops are unrolled
 */
record LaneShare(int rowBlocks, int columnBlocks, int tile, int unrolled) {
  private static final int BLOCK = 4;
  private static final int PARTS = 4;
  private static final int WIDE = 64;
  private static final int TILE = 8;
  private static final int HALF_TILE = 4;

  /**
   * For sums over rows alone a lane holds a quarter of the rows of four columns; for sums over rows
   * and over columns a share that is as wide as it is high.
   *
   * @param channels of keys and of values: 16, 32 or 64
   * @param momentum whether the state has a second matrix
   */
  static LaneShare of(SegmentSource source, Reading reading, int channels, boolean momentum) {
    int quarter = channels / (BLOCK * PARTS);
    boolean wide = channels == WIDE;
    return switch (source) {
      case STATES -> new LaneShare(quarter, 1, TILE, TILE);
      case READS ->
          new LaneShare(
              quarter, 1, TILE, reading == Reading.OUTPUT || (wide && momentum) ? TILE : 2);
      case GRADIENTS ->
          wide ? new LaneShare(2, 2, TILE, 2) : new LaneShare(quarter, 1, HALF_TILE, 1);
    };
  }
}
