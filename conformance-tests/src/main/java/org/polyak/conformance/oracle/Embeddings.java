package org.polyak.conformance.oracle;

/** Token embeddings and sinusoidal positions. */
public final class Embeddings {
  private Embeddings() {}

  /**
   * Rows of a table.
   *
   * @param table {@code [V, E]}
   * @return {@code [tokens, E]}
   */
  public static Array lookUp(Array table, int[] tokens) {
    Array rows = Array.zeros(tokens.length, table.extent(1));
    for (int r = 0; r < tokens.length; r++) {
      for (int e = 0; e < table.extent(1); e++) {
        rows.set(table.get(tokens[r], e), r, e);
      }
    }
    return rows;
  }

  /** The gradient for the table: rows added up by token. */
  public static Array lookUpBackward(Array table, int[] tokens, Array rowGradients) {
    Array gradient = Array.zerosLike(table);
    for (int r = 0; r < tokens.length; r++) {
      for (int e = 0; e < table.extent(1); e++) {
        gradient.add(rowGradients.get(r, e), tokens[r], e);
      }
    }
    return gradient;
  }

  /**
   * Sinusoidal positions {@code [N, E]}, interleaved: channel 2i is sin(n · base^(−2i/E)), channel
   * 2i + 1 its cosine. The papers use base 10000.
   */
  public static Array sinusoidalPositions(int length, int width, double base) {
    Array positions = Array.zeros(length, width);
    for (int n = 0; n < length; n++) {
      for (int e = 0; e < width; e++) {
        double angle = n * Math.pow(base, -(double) (e - e % 2) / width);
        positions.set(e % 2 == 0 ? Math.sin(angle) : Math.cos(angle), n, e);
      }
    }
    return positions;
  }
}
