package org.polyak.cpu;

/** Copies a matrix to its transpose. */
final class Transpose {
  /** Source rows read side by side: their results make up half a cache line. */
  private static final int STREAMS = 8;

  /** Target rows written before the next streams are read, so that their lines stay in cache. */
  private static final int ROWS = 64;

  private Transpose() {}

  /**
   * {@code to[toOffset + r * toStride + c] = from[fromOffset + c * fromStride + r]} for r below
   * rows and c below columns.
   */
  static void copy(
      int rows,
      int columns,
      float[] from,
      int fromOffset,
      int fromStride,
      float[] to,
      int toOffset,
      int toStride) {
    for (int r = 0; r < rows; r += ROWS) {
      int count = Math.min(ROWS, rows - r);
      int source = fromOffset + r;
      int target = toOffset + r * toStride;
      int c = 0;
      for (; c <= columns - STREAMS; c += STREAMS) {
        streams(count, from, source + c * fromStride, fromStride, to, target + c, toStride);
      }
      for (; c < columns; c++) {
        Strided.copy(count, from, source + c * fromStride, 1, to, target + c, toStride);
      }
    }
  }

  private static void streams(
      int count, float[] from, int source, int fromStride, float[] to, int target, int toStride) {
    int s1 = source + fromStride;
    int s2 = s1 + fromStride;
    int s3 = s2 + fromStride;
    int s4 = s3 + fromStride;
    int s5 = s4 + fromStride;
    int s6 = s5 + fromStride;
    int s7 = s6 + fromStride;
    int at = target;
    for (int r = 0; r < count; r++, at += toStride) {
      to[at] = from[source + r];
      to[at + 1] = from[s1 + r];
      to[at + 2] = from[s2 + r];
      to[at + 3] = from[s3 + r];
      to[at + 4] = from[s4 + r];
      to[at + 5] = from[s5 + r];
      to[at + 6] = from[s6 + r];
      to[at + 7] = from[s7 + r];
    }
  }
}
