package org.polyak.conformance.oracle;

import static org.polyak.conformance.oracle.Matrices.addScaled;
import static org.polyak.conformance.oracle.Matrices.dot;

/**
 * The parallel, O(N²) form shared by linear and momentum attention: every pair of query i and
 * visible key j has a weight w_ij,
 *
 * <pre>
 * out_i = N_i / D_i,   N_i = Σ_j w_ij p_ij v_j,   p_ij = φ(q_i)·φ(k_j),
 * D_i = Σ_j p_ij + ε  (or the other denominators of {@link Normaliser}).
 * </pre>
 *
 * The denominator is not weighted: momentum acts on the numerator only (eq. 12 to 14).
 */
public final class WeightedAttention {
  private WeightedAttention() {}

  /** w_ij of sequence {@code batch}; asked only for visible pairs. */
  @FunctionalInterface
  public interface PairWeights {
    /** The weight of {@code key} for {@code query}. */
    double weight(int batch, int query, int key);
  }

  /** The output {@code [B, N, H, V]}. For ε = 0 a query that sees no key is 0/0, NaN. */
  public static Array forward(AttentionInputs inputs, LinearKernel kernel, PairWeights weights) {
    Array out = inputs.emptyOutput();
    forEachHead(
        inputs,
        (b, h) -> {
          Head head = new Head(inputs, kernel, weights, b, h, false);
          Matrices.putHead(head.out, out, b, h);
        });
    return out;
  }

  /**
   * Gradients of {@code Σ outGradient · out}. From the quotient rule
   *
   * <pre>
   * dN_i = dout_i / D_i,  dD_i = −(dout_i·out_i) / D_i,
   * dp_ij = w_ij (dN_i·v_j) + dD_i,  dv_j = Σ_i w_ij p_ij dN_i,
   * dφ(q_i) = Σ_j dp_ij φ(k_j),  dφ(k_j) = Σ_i dp_ij φ(q_i);
   * </pre>
   *
   * dD_i is 0 unless the denominator is the key sum.
   */
  public static QkvGradients backward(
      AttentionInputs inputs, LinearKernel kernel, PairWeights weights, Array outGradient) {
    return backward(inputs, kernel, weights, outGradient, false);
  }

  /**
   * The magnitude of {@link #forward}: (Σ_j w_ij p̂_ij |v_j| + |out_i| Σ_j p̂_ij) / |D_i| with
   * p̂_ij = |φ(q_i)|·|φ(k_j)|; the second term is there only for the key sum.
   */
  public static Array forwardMagnitude(
      AttentionInputs inputs, LinearKernel kernel, PairWeights weights) {
    Array magnitude = inputs.emptyOutput();
    forEachHead(
        inputs,
        (b, h) ->
            Matrices.putHead(
                new Head(inputs, kernel, weights, b, h, true).outMagnitude, magnitude, b, h));
    return magnitude;
  }

  /** The magnitude of {@link #backward}: its expressions on absolute values. */
  public static QkvGradients backwardMagnitude(
      AttentionInputs inputs, LinearKernel kernel, PairWeights weights, Array outGradient) {
    return backward(inputs, kernel, weights, outGradient, true);
  }

  private static QkvGradients backward(
      AttentionInputs inputs,
      LinearKernel kernel,
      PairWeights weights,
      Array outGradient,
      boolean magnitude) {
    QkvGradients gradients = QkvGradients.zerosLike(inputs);
    forEachHead(
        inputs,
        (b, h) -> {
          Head head = new Head(inputs, kernel, weights, b, h, magnitude);
          head.backward(Matrices.head(outGradient, b, h));
          Matrices.putHead(head.dq, gradients.queries(), b, h);
          Matrices.putHead(head.dk, gradients.keys(), b, h);
          Matrices.putHead(head.dv, gradients.values(), b, h);
        });
    return gradients;
  }

  /** Work on one head of one sequence. */
  @FunctionalInterface
  interface HeadWork {
    void accept(int batch, int head);
  }

  static void forEachHead(AttentionInputs inputs, HeadWork work) {
    for (int b = 0; b < inputs.batch(); b++) {
      for (int h = 0; h < inputs.heads(); h++) {
        work.accept(b, h);
      }
    }
  }

  /** One head; q, k after φ. With {@code magnitude}, p, v, dN and dD are absolute values. */
  private static final class Head {
    private final LinearKernel kernel;
    private final double[][] rawQ;
    private final double[][] rawK;
    private final double[][] q;
    private final double[][] k;
    private final double[][] v;
    private final double[][] w;
    private final double[][] p;
    private final boolean[][] visible;
    private final double[] denominator;
    private final double[][] out;
    private final double[][] outMagnitude;
    private final boolean magnitude;
    private double[][] dq = {};
    private double[][] dk = {};
    private double[][] dv = {};

    Head(
        AttentionInputs x,
        LinearKernel kernel,
        PairWeights weights,
        int b,
        int h,
        boolean magnitude) {
      this.kernel = kernel;
      this.magnitude = magnitude;
      rawQ = Matrices.head(x.queries(), b, h);
      rawK = Matrices.head(x.keys(), b, h);
      double[][] phiQ = Matrices.map(kernel.featureMap(), rawQ);
      double[][] phiK = Matrices.map(kernel.featureMap(), rawK);
      double[][] signedV = Matrices.head(x.values(), b, h);
      q = magnitude ? Matrices.abs(phiQ) : phiQ;
      k = magnitude ? Matrices.abs(phiK) : phiK;
      v = magnitude ? Matrices.abs(signedV) : signedV;
      int n = q.length;
      int s = k.length;
      w = new double[n][s];
      p = new double[n][s];
      visible = new boolean[n][s];
      denominator = new double[n];
      out = new double[n][x.valueDim()];
      outMagnitude = new double[n][x.valueDim()];
      for (int i = 0; i < n; i++) {
        double keySum = 0;
        double keySumMagnitude = 0;
        for (int j = 0; j < s; j++) {
          visible[i][j] = x.visibility().sees(b, i, j);
          if (visible[i][j]) {
            w[i][j] = weights.weight(b, i, j);
            p[i][j] = dot(q[i], k[j]);
            double pair = dot(phiQ[i], phiK[j]);
            keySum += pair;
            keySumMagnitude += p[i][j];
            addScaled(out[i], w[i][j] * pair, signedV[j]);
            addScaled(outMagnitude[i], w[i][j] * p[i][j], v[j]);
          }
        }
        denominator[i] = kernel.normaliser().denominator(keySum, s);
        for (int m = 0; m < out[i].length; m++) {
          out[i][m] /= denominator[i];
          double ofSum = kernel.normaliser().isKeySum() ? Math.abs(out[i][m]) * keySumMagnitude : 0;
          outMagnitude[i][m] = (outMagnitude[i][m] + ofSum) / Math.abs(denominator[i]);
        }
      }
    }

    void backward(double[][] outGradient) {
      dq = new double[q.length][q[0].length];
      dk = new double[k.length][q[0].length];
      dv = new double[v.length][out[0].length];
      for (int i = 0; i < q.length; i++) {
        double[] dN = new double[out[i].length];
        double dD = 0;
        for (int m = 0; m < dN.length; m++) {
          double dOut = magnitude ? Math.abs(outGradient[i][m]) : outGradient[i][m];
          dN[m] = dOut / (magnitude ? Math.abs(denominator[i]) : denominator[i]);
          if (kernel.normaliser().isKeySum()) {
            dD += dN[m] * (magnitude ? outMagnitude[i][m] : -out[i][m]);
          }
        }
        for (int j = 0; j < k.length; j++) {
          if (visible[i][j]) {
            double dp = w[i][j] * dot(dN, v[j]) + dD;
            addScaled(dv[j], w[i][j] * p[i][j], dN);
            addScaled(dq[i], dp, k[j]);
            addScaled(dk[j], dp, q[i]);
          }
        }
      }
      Matrices.throughFeatureMap(kernel.featureMap(), rawQ, dq);
      Matrices.throughFeatureMap(kernel.featureMap(), rawK, dk);
    }
  }
}
