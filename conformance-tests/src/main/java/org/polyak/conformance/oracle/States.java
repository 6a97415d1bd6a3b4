package org.polyak.conformance.oracle;

/** Carried states of one head: {@code [B, H, K, V]} and {@code [B, H, K]} arrays and back. */
final class States {
  private States() {}

  static double[][] matrix(Array state, int batch, int head) {
    double[][] rows = new double[state.extent(2)][state.extent(3)];
    for (int k = 0; k < rows.length; k++) {
      System.arraycopy(state.data(), state.offset(batch, head, k, 0), rows[k], 0, rows[k].length);
    }
    return rows;
  }

  static void putMatrix(double[][] rows, Array state, int batch, int head) {
    for (int k = 0; k < rows.length; k++) {
      System.arraycopy(rows[k], 0, state.data(), state.offset(batch, head, k, 0), rows[k].length);
    }
  }

  static double[] vector(Array state, int batch, int head) {
    double[] row = new double[state.extent(2)];
    System.arraycopy(state.data(), state.offset(batch, head, 0), row, 0, row.length);
    return row;
  }

  static void putVector(double[] row, Array state, int batch, int head) {
    System.arraycopy(row, 0, state.data(), state.offset(batch, head, 0), row.length);
  }

  static void requireCausal(AttentionInputs inputs) {
    if (!inputs.visibility().isCausal()) {
      throw new IllegalArgumentException(
          "A recurrence over tokens is causal; the visibility asks for keys after the query.");
    }
  }
}
