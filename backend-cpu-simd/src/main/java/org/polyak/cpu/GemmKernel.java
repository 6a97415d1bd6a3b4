package org.polyak.cpu;

/**
 * The register-blocked inner loops of the matrix product, and the packing that feeds them.
 *
 * <p>A tile is {@link #TILE_ROWS} rows of C by a few vectors of columns; its sums live in registers
 * while k runs. Every element is summed over k in ascending order by fused multiply-adds, whatever
 * the tile's shape, so how C is cut into tiles never changes a bit of the result.
 */
interface GemmKernel {
  /** Rows of C in a tile. */
  int TILE_ROWS = 6;

  /** Floats in one vector. */
  int lanes();

  /** Vectors side by side in the widest tile: as many as the registers hold. */
  int tileVectors();

  /** Columns of the widest tile, also the width of a packed panel. */
  default int tileColumns() {
    return tileVectors() * lanes();
  }

  /**
   * Computes one tile: {@code C[i, j] (+)= sum over k of A[i, k] * B[k, j]} for six rows i and
   * {@code vectors * lanes()} columns j.
   *
   * @param vectors columns of the tile in vectors: 1, 2 or 4, at most {@link #tileVectors()}
   * @param depth number of terms k
   * @param a holds A, with consecutive k side by side
   * @param aRow offsets in {@code a} of the first term of each of the six rows
   * @param b holds B, with consecutive columns side by side
   * @param bOffset offset of the first row of B
   * @param bStride distance between rows of B
   * @param c receives C
   * @param cOffset offset of the first row of C
   * @param cStride distance between rows of C
   * @param accumulate whether the product is added to C rather than stored
   */
  void tile(
      int vectors,
      int depth,
      float[] a,
      int[] aRow,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      boolean accumulate);

  /** The sum over k of {@code a[aOffset + k] * b[bOffset + k]}, in an order fixed by the depth. */
  float dot(int depth, float[] a, int aOffset, float[] b, int bOffset);
}
