package org.polyak.cpu;

/**
 * One head of linear attention in double, token by token as the papers define it, with its
 * gradients; n = −m. Legend: q, k mapped queries and keys, s memory, z sum of keys, d denominators;
 * a leading d is a gradient.
 */
final class AttentionReference {
  final int tokens;
  final int keyDim;
  final int valueDim;
  final int length;
  final double beta;
  final double gamma;
  final boolean causal;
  final boolean freeze;
  final boolean twofold;

  double[][] q = {};
  double[][] k = {};
  double[][] v = {};
  double[][] s0 = {};
  double[][] n0 = {};
  double[] z0 = {};
  double[][] out = {};
  double[][] s = {};
  double[][] n = {};
  double[] z = {};
  double[] denominators = {};

  double[][] dOut = {};
  double[][] dLastS = {};
  double[][] dLastN = {};
  double[] dLastZ = {};
  double[][] dq = {};
  double[][] dk = {};
  double[][] dv = {};
  double[][] dS = {};
  double[][] dN = {};
  double[] dZ = {};

  AttentionReference(
      int tokens,
      int keyDim,
      int valueDim,
      int length,
      double beta,
      double gamma,
      boolean twofold,
      boolean causal,
      boolean freeze) {
    this.tokens = tokens;
    this.keyDim = keyDim;
    this.valueDim = valueDim;
    this.length = length;
    this.beta = beta;
    this.gamma = gamma;
    this.twofold = twofold;
    this.causal = causal;
    this.freeze = freeze;
  }

  /** Whether time passes at token t. */
  private boolean passes(int t) {
    return t < length || (twofold && !freeze);
  }

  private double key(int t, int i) {
    return t < length ? k[t][i] : 0;
  }

  private void advance(int t) {
    if (!passes(t)) {
      return;
    }
    for (int i = 0; i < keyDim; i++) {
      z[i] += key(t, i);
      for (int j = 0; j < valueDim; j++) {
        double term = t < length ? k[t][i] * v[t][j] : 0;
        n[i][j] = beta * n[i][j] + term;
        s[i][j] += gamma * n[i][j];
      }
    }
  }

  private void read(int t, Normalisation normalisation) {
    double d = normalisation.constant();
    for (int i = 0; i < keyDim && normalisation.byKeySum(); i++) {
      d += q[t][i] * z[i];
    }
    denominators[t] = d;
    for (int j = 0; j < valueDim; j++) {
      for (int i = 0; i < keyDim; i++) {
        out[t][j] += q[t][i] * s[i][j] / d;
      }
    }
  }

  /** The denominator: {@code constant}, plus q·z where it is the sum of keys. */
  record Normalisation(double constant, boolean byKeySum) {}

  /** Fills in out, the last state and the denominators. */
  void forward(Normalisation normalisation) {
    out = new double[tokens][valueDim];
    denominators = new double[tokens];
    s = copy(s0);
    n = copy(n0);
    z = z0.clone();
    if (!causal) {
      for (int t = 0; t < length; t++) {
        advance(t);
      }
    }
    for (int t = 0; t < tokens; t++) {
      if (causal) {
        advance(t);
      }
      read(t, normalisation);
    }
  }

  /**
   * Fills in all gradients, after {@link #forward}.
   *
   * @param sign −1, or 1 to sum the absolute values of non-negative inputs
   */
  void backward(Normalisation normalisation, double sign) {
    dq = new double[tokens][keyDim];
    dk = new double[tokens][keyDim];
    dv = new double[tokens][valueDim];
    dS = copy(dLastS);
    dN = copy(dLastN);
    dZ = dLastZ.clone();
    double[][] endS = s;
    double[][] endN = n;
    double[] endZ = z;
    double[] dd = new double[tokens];
    s = copy(s0);
    n = copy(n0);
    z = z0.clone();
    for (int t = 0; t < length && !causal; t++) {
      advance(t);
    }
    for (int t = 0; t < tokens; t++) {
      if (causal) {
        advance(t);
      }
      for (int j = 0; j < valueDim && normalisation.byKeySum(); j++) {
        dd[t] += sign * dOut[t][j] * out[t][j] / denominators[t];
      }
      for (int i = 0; i < keyDim; i++) {
        dq[t][i] = dd[t] * z[i];
        for (int j = 0; j < valueDim; j++) {
          dq[t][i] += s[i][j] * dOut[t][j] / denominators[t];
        }
      }
    }
    s = endS;
    n = endN;
    z = endZ;
    for (int t = tokens - 1; t >= 0; t--) {
      unread(t, dd[t]);
      if (causal) {
        unadvance(t);
      }
    }
    for (int t = length - 1; t >= 0 && !causal; t--) {
      unadvance(t);
    }
  }

  private void unread(int t, double dd) {
    for (int i = 0; i < keyDim; i++) {
      dZ[i] += dd * q[t][i];
      for (int j = 0; j < valueDim; j++) {
        dS[i][j] += q[t][i] * dOut[t][j] / denominators[t];
      }
    }
  }

  private void unadvance(int t) {
    if (!passes(t)) {
      return;
    }
    for (int i = 0; i < keyDim; i++) {
      if (t < length) {
        dk[t][i] += dZ[i];
      }
      for (int j = 0; j < valueDim; j++) {
        dN[i][j] += gamma * dS[i][j];
        if (t < length) {
          dk[t][i] += dN[i][j] * v[t][j];
          dv[t][j] += dN[i][j] * k[t][i];
        }
        dN[i][j] *= beta;
      }
    }
  }

  /** The same problem with the absolute values of everything: what its sums add up to. */
  AttentionReference magnitude(Normalisation normalisation) {
    AttentionReference result =
        new AttentionReference(
            tokens, keyDim, valueDim, length, beta, gamma, twofold, causal, freeze);
    result.q = abs(q);
    result.k = abs(k);
    result.v = abs(v);
    result.s0 = abs(s0);
    result.n0 = abs(n0);
    result.z0 = abs(new double[][] {z0})[0];
    result.forward(normalisation);
    result.dOut = abs(dOut);
    result.dLastS = abs(dLastS);
    result.dLastN = abs(dLastN);
    result.dLastZ = abs(new double[][] {dLastZ})[0];
    result.backward(normalisation, 1);
    return result;
  }

  static double[][] copy(double[][] matrix) {
    double[][] result = new double[matrix.length][];
    for (int i = 0; i < matrix.length; i++) {
      result[i] = matrix[i].clone();
    }
    return result;
  }

  private static double[][] abs(double[][] matrix) {
    double[][] result = copy(matrix);
    for (double[] row : result) {
      for (int i = 0; i < row.length; i++) {
        row[i] = Math.abs(row[i]);
      }
    }
    return result;
  }
}
