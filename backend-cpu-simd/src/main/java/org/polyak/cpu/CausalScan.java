package org.polyak.cpu;

import org.jspecify.annotations.Nullable;

/**
 * A run of tokens through a recurrence of outer products: {@code out_t = R_tᵀ z_t}. The output, the
 * gradient of the queries (both {@link #forward}) and those of keys and values (both {@link
 * #reverse}) are such runs that differ in what x, y and z are.
 */
interface CausalScan {
  /**
   * Tokens of one run. Matrices begin at index 0 and lie as {@link #layout} says.
   *
   * @param tokens number of tokens
   * @param rows length of x and z
   * @param left layout of x and z
   * @param right layout of y and out
   * @param x left factors
   * @param y right factors
   * @param z read-out vectors
   * @param out receives what is read
   */
  @SuppressWarnings("ArrayRecordComponent") // a place in memory, never compared
  record Block(
      int tokens,
      int rows,
      RowLayout left,
      RowLayout right,
      float[] x,
      float[] y,
      float[] z,
      float[] out) {
    /** Length of y and out. */
    int columns() {
      return right.width();
    }

    /** The same place with so many tokens. */
    Block ofTokens(int count) {
      return count == tokens ? this : new Block(count, rows, left, right, x, y, z, out);
    }
  }

  /**
   * The states of one run, dense {@code rows × columns}.
   *
   * @param r what is read: S forward, dL/dn (or dL/dS of a single state) in reverse
   * @param p what feeds it: n forward, dL/dS in reverse; null for a single state
   */
  @SuppressWarnings("ArrayRecordComponent") // a place in memory, never compared
  record States(float[] r, float @Nullable [] p) {}

  /**
   * Most tokens in one block.
   *
   * @param matrixFloats how many floats of each matrix of a block the caches have room for
   */
  int blockTokens(HeadShape shape, int matrixFloats);

  /** How the padded rows of a block of so many tokens lie. */
  RowLayout layout(int width, int tokens);

  /** Whether there are two states. */
  boolean twofold();

  /** What the rows of x or y must be multiplied by for {@link #forward}, one for each token. */
  float[] forwardFactors();

  /** What the rows of z or out must be multiplied by for {@link #reverse}, one for each token. */
  float[] reverseFactors();

  /** Decay, then sum: {@code P = βP + x yᵀ; R = R + γP}, or {@code R = R + γ x yᵀ}. */
  void forward(Worker worker, Block block, States states);

  /**
   * The adjoint for values and for keys, sum, then decay: {@code P = P + x yᵀ; E = R + γP}, out
   * reads E, {@code R = βE}. With a single state {@code R = R + x yᵀ} and out reads γR. Both could
   * be read from the same states; whether the transposed states are brought along is left to the
   * scan.
   *
   * @param values x is q, y is dN, z is k
   * @param states updated
   * @param keys x is dN, y is q, z is v
   * @param transposedStates the same states transposed, which nothing but later calls may read
   */
  void reverse(Worker worker, Block values, States states, Block keys, States transposedStates);
}
