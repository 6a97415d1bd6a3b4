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
 * @param pace multiply-adds in a microsecond of one compute unit of an H200 that holds enough of
 *     them; what counts when choosing among tiles is how their paces compare
 */
record Tile(int rows, int columns, int warpRows, int warpColumns, int resident, double pace) {
  /** Steps along the inner axis for which both factors are in local memory. */
  static final int DEPTH = 16;

  private static final int WARP = 32;
  private static final int MOST_STAGES = 4;

  /** Numbers between the lines of a tile that follow the inner axis, so that banks differ. */
  private static final int PADDING = 4;

  /** The most 32-bit registers that a work-item of an NVIDIA GPU can have. */
  static final int MOST_REGISTERS = 255;

  private static final int UNIT_REGISTERS = 65_536;

  /** Without tensor cores: the largest for large products, the others to occupy all units. */
  private static final List<Tile> PLAIN =
      List.of(
          new Tile(128, 128, 32, 64, 1, 145_000),
          new Tile(64, 64, 32, 32, 4, 120_000),
          new Tile(32, 32, 32, 32, 8, 80_000));

  /** With tensor cores, which need larger parts of warps to be kept busy from local memory. */
  private static final List<Tile> TENSOR_CORES =
      List.of(
          new Tile(128, 128, 64, 64, 2, 480_000),
          new Tile(128, 64, 32, 32, 2, 260_000),
          new Tile(64, 64, 32, 32, 4, 220_000),
          new Tile(32, 32, 32, 32, 8, 110_000));

  /** All tiles for a precision. */
  static List<Tile> all(Precision precision) {
    return precision == Precision.TF32 ? TENSOR_CORES : PLAIN;
  }

  /** Work-items of the group. */
  int threads() {
    return warps() * WARP;
  }

  /** Warps of the group. */
  int warps() {
    return rows / warpRows * (columns / warpColumns);
  }

  /** Registers that a work-item may have, so that {@link #resident} groups fit. */
  int registers() {
    return Math.min(MOST_REGISTERS, UNIT_REGISTERS / (resident * threads()));
  }

  /**
   * Tiles of each factor that local memory holds; at least 2 are needed.
   *
   * @param localMemory bytes for a work-group
   */
  int stages(long localMemory, boolean aByInner, boolean bByInner) {
    int a = rows * (DEPTH + (aByInner ? PADDING : 0));
    int b = columns * (DEPTH + (bByInner ? PADDING : 0));
    return (int) Math.min(MOST_STAGES, localMemory / ((long) (a + b) * Float.BYTES));
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
