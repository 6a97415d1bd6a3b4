package org.polyak.opencl;

import java.util.List;

/**
 * How a product is shared out: the tile, and into how many parts the inner axis is divided. The
 * sums of several parts are added in their order afterwards, so results are the same every time.
 *
 * @param tile of the result
 * @param parts of the inner axis
 * @param depth of each part but the last, along the inner axis
 */
record TilePlan(Tile tile, int parts, int depth) {
  private static final int MOST_PARTS = 64;
  private static final int LEAST_DEPTH = 4 * Tile.DEPTH;

  /** Microseconds for a work-group's first copies and its last stores. */
  private static final double START = 4;

  /** Microseconds to launch one more kernel, and bytes that it moves in one of them. */
  private static final double LAUNCH = 10;

  private static final double BANDWIDTH = 2.5e6;

  /** The extents of a product. */
  record Extents(long batch, int rows, int inner, int columns) {}

  /**
   * The plan with the least estimated time.
   *
   * @param tiles to choose from, at least one
   * @param units compute units of the device
   */
  static TilePlan choose(List<Tile> tiles, Extents extents, int units) {
    TilePlan best = new TilePlan(tiles.getFirst(), 1, Math.max(Tile.DEPTH, extents.inner));
    double least = Double.MAX_VALUE;
    for (Tile tile : tiles) {
      int most = Math.clamp(extents.inner / LEAST_DEPTH, 1, MOST_PARTS);
      for (int wanted = 1; wanted <= most; wanted++) {
        TilePlan plan = divided(tile, extents.inner, wanted);
        double time = plan.microseconds(extents, units);
        if (time < least) {
          least = time;
          best = plan;
        }
      }
    }
    return best;
  }

  /** Parts of equal length, a multiple of a tile's depth. */
  private static TilePlan divided(Tile tile, int inner, int wanted) {
    int depth = (int) Groups.cover(Math.max(1, (inner + wanted - 1) / wanted), Tile.DEPTH);
    return new TilePlan(tile, Math.max(1, (inner + depth - 1) / depth), depth);
  }

  /** Work-groups take turns on a unit; too few of them cannot hide their waiting. */
  private double microseconds(Extents extents, int units) {
    long groups = tile.cover(extents.rows, extents.columns) * extents.batch * parts;
    long perUnit = (groups + units - 1) / units;
    long together = Math.min(perUnit, tile.resident());
    double pace = tile.pace() * Math.min(1, together * tile.alone());
    double time =
        perUnit * (double) tile.rows() * tile.columns() * depth / pace
            + (double) (perUnit + together - 1) / together * START;
    double results = (double) extents.batch * extents.rows * extents.columns * Float.BYTES;
    return parts == 1 ? time : time + LAUNCH + (2 * parts + 1) * results / BANDWIDTH;
  }
}
