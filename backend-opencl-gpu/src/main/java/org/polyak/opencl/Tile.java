package org.polyak.opencl;

import java.util.List;

/**
 * What one work-group of {@code matmultiles.cl} computes at a time.
 *
 * @param rows of the tile
 * @param columns of the tile
 * @param warpRows rows of a warp's part: 32 work-items compute it together
 * @param warpColumns columns of a warp's part
 * @param resident work-groups that a compute unit holds at the same time
 * @param alone the share of the pace that one group on a compute unit reaches
 * @param mostTurned factors that may have to be turned on their way to local memory, through
 *     registers, before these run short
 * @param pace multiply-adds in a microsecond of one compute unit of an H200 that holds enough of
 *     them; what counts when choosing among tiles is how their paces compare
 */
record Tile(
    int rows,
    int columns,
    int warpRows,
    int warpColumns,
    int resident,
    double alone,
    int mostTurned,
    double pace) {
  /** Steps along the inner axis for which both factors are in local memory. */
  static final int DEPTH = 16;

  private static final int WARP = 32;
  private static final int MOST_STAGES = 3;

  /** The most 32-bit registers that a work-item of an NVIDIA GPU can have. */
  static final int MOST_REGISTERS = 255;

  private static final int UNIT_REGISTERS = 65_536;
  private static final int REGISTER_STEP = 8;

  /** Without tensor cores: the largest for large products, the others to occupy all units. */
  private static final List<Tile> PLAIN =
      List.of(
          new Tile(128, 128, 32, 64, 1, 1, 1, 172_000),
          new Tile(64, 128, 32, 64, 3, 0.5, 1, 170_000),
          new Tile(128, 64, 32, 64, 3, 0.5, 2, 150_000),
          new Tile(64, 64, 32, 32, 4, 0.7, 2, 138_000),
          new Tile(32, 32, 32, 32, 8, 0.35, 2, 80_000));

  /**
   * With tensor cores, which need larger parts of warps to be kept busy from local memory, and take
   * factors in either order.
   */
  private static final List<Tile> TENSOR_CORES =
      List.of(
          new Tile(128, 128, 64, 64, 2, 0.7, 2, 450_000),
          new Tile(128, 64, 32, 32, 2, 0.8, 2, 300_000),
          new Tile(64, 64, 32, 32, 4, 0.7, 2, 220_000),
          new Tile(32, 32, 32, 32, 8, 0.35, 2, 110_000));

  /** All tiles for a precision. */
  static List<Tile> all(Precision precision) {
    return precision == Precision.TF32 ? TENSOR_CORES : PLAIN;
  }

  /** Work-items of the group. */
  int threads() {
    return rows / warpRows * (columns / warpColumns) * WARP;
  }

  /** Registers that a work-item may have, so that {@link #resident} groups fit. */
  int registers() {
    int share = UNIT_REGISTERS / (resident * threads());
    return Math.min(MOST_REGISTERS, share / REGISTER_STEP * REGISTER_STEP);
  }

  /**
   * Tiles of each factor that local memory holds; at least 2 are needed.
   *
   * @param localMemory bytes for a work-group
   */
  int stages(long localMemory) {
    return (int)
        Math.min(MOST_STAGES, localMemory / ((long) (rows + columns) * DEPTH * Float.BYTES));
  }

  /** Work-groups that cover a matrix. */
  long cover(int matrixRows, int matrixColumns) {
    return (long) ((matrixRows + rows - 1) / rows) * ((matrixColumns + columns - 1) / columns);
  }

  /** Whether a matrix consists of whole tiles. */
  boolean divides(int matrixRows, int inner, int matrixColumns) {
    return matrixRows % rows == 0 && inner % DEPTH == 0 && matrixColumns % columns == 0;
  }
}
