package org.polyak.cpu;

/**
 * How the scores of one head are cut into tiles, and which keys a query sees.
 *
 * @param causal whether row i sees keys j ≤ i only
 * @param length keys that are no padding
 */
record SoftmaxTiles(boolean causal, int length) {
  /** Queries of a tile. */
  static final int QUERIES = 48;

  /** Keys of a tile: such a tile of keys times 128 channels is still read without packing. */
  static final int KEYS = 128;

  /** How many keys the queries of a tile see at most, from key 0 on. */
  int reach(int firstQuery, int queries) {
    return causal ? Math.min(length, firstQuery + queries) : length;
  }

  /** Fills in how many of the keys from {@code firstKey} on each query of a tile sees. */
  void visible(int firstQuery, int queries, int firstKey, int keys, int[] visible) {
    for (int row = 0; row < queries; row++) {
      visible[row] = Math.clamp(reach(firstQuery + row, 1) - firstKey, 0, keys);
    }
  }

  /** The channels of consecutive rows as columns, dense: {@code width × rows}. */
  static void transpose(HeadTensor from, int sequence, int head, int rows, float[] to) {
    for (int row = 0; row < rows; row++) {
      int at = from.at(sequence, row, head);
      for (int i = 0; i < from.width(); i++) {
        to[i * rows + row] = from.data()[at + i];
      }
    }
  }
}
