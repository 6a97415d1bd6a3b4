package org.polyak.cpu;

/**
 * The register-blocked inner loops of the matrix product.
 *
 * <p>A tile is a few rows of C by a few vectors of columns; its sums live in registers while k
 * runs. Every element is summed over k in ascending order by fused multiply-adds, whatever the
 * tile's shape, so how C is cut into tiles never changes a bit of the result.
 *
 * <p>A tile has no branch but its loop. A branch that the compiler has never seen taken becomes a
 * trap: the first product to take it would throw the compiled tile away and run for a second at a
 * hundredth of its speed, with every vector an object, until the tile is compiled again. So "store"
 * and "add" are one operation, {@code C = F + A·B}, with a row of zeros or C itself for F.
 */
interface GemmKernel {
  /** Floats in one vector. */
  int lanes();

  /** Rows of C in a tile. */
  int tileRows();

  /** Columns of the widest tile, also the width of a packed panel: a few whole vectors. */
  int tileColumns();

  /**
   * Computes one tile: {@code C[i, j] = F[i, j] + sum over k of A[i, k] * B[k, j]} for {@link
   * #tileRows} rows i and {@code width} columns j.
   *
   * @param width columns of the tile: whole vectors, up to {@link #tileColumns()}
   * @param depth number of terms k
   * @param a holds the rows of A as a packed tile: {@code a[aOffset + k * tileRows() + i]}
   * @param aOffset offset of the packed tile
   * @param b holds B, with consecutive columns side by side
   * @param bOffset offset of the first row of B
   * @param bStride distance between rows of B
   * @param from holds F, which may be C
   * @param fromOffset offset of the first row of F
   * @param fromStride distance between rows of F; 0 repeats one row
   * @param c receives C
   * @param cOffset offset of the first row of C
   * @param cStride distance between rows of C
   */
  void tile(
      int width,
      int depth,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      int bStride,
      float[] from,
      int fromOffset,
      int fromStride,
      float[] c,
      int cOffset,
      int cStride);

  /**
   * Packs one tile of a matrix whose terms lie side by side: {@code to[toOffset + k * tileRows() +
   * i] = a[aOffset + i * aRowStride + k]}.
   *
   * @param terms number of terms k
   * @param a holds A
   * @param aOffset offset of the first term of the first row
   * @param aRowStride distance between rows of A
   * @param to receives the tile
   * @param toOffset offset of the tile
   */
  void packRows(int terms, float[] a, int aOffset, int aRowStride, float[] to, int toOffset);

  /**
   * Packs tiles of a matrix whose rows lie side by side: {@code to[toOffset + tile * toTileStride +
   * k * width + i] = a[aOffset + tile * width + i + k * aTermStride]}. A panel of B is such a tile
   * with columns in place of rows.
   *
   * @param tiles number of tiles
   * @param width rows of a tile
   * @param terms number of terms k
   * @param a holds A
   * @param aOffset offset of the first term of the first row
   * @param aTermStride distance between terms of a row
   * @param to receives the tiles
   * @param toOffset offset of the first tile
   * @param toTileStride distance between tiles
   */
  void packTiles(
      int tiles,
      int width,
      int terms,
      float[] a,
      int aOffset,
      int aTermStride,
      float[] to,
      int toOffset,
      int toTileStride);
}
