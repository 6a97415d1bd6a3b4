package org.polyak.conformance.oracle;

import static org.polyak.conformance.oracle.Matrices.addScaled;
import static org.polyak.conformance.oracle.Matrices.dot;

import org.jspecify.annotations.Nullable;

/**
 * Softmax attention (Momentum Transformer, eq. 1 and 2): out_i = Σ_j P_ij v_j with P_ij = softmax_j
 * (scale · q_i·k_j) over the keys that row i sees, scale usually 1/√K and positive. A row that sees
 * no key is 0.
 */
public final class SoftmaxAttention {
  private SoftmaxAttention() {}

  /** The output {@code [B, N, H, V]}. */
  public static Array forward(AttentionInputs inputs, double scale) {
    Array out = inputs.emptyOutput();
    WeightedAttention.forEachHead(
        inputs, (b, h) -> Matrices.putHead(new Head(inputs, scale, b, h).out(), out, b, h));
    return out;
  }

  /**
   * Gradients of {@code Σ outGradient · out}: dV = Pᵀ dO; dP = dO Vᵀ; dScore_ij = P_ij (dP_ij − Σ_l
   * dP_il P_il); dQ = scale · dScore K; dK = scale · dScoreᵀ Q.
   */
  public static QkvGradients backward(AttentionInputs inputs, double scale, Array outGradient) {
    QkvGradients gradients = QkvGradients.zerosLike(inputs);
    WeightedAttention.forEachHead(
        inputs,
        (b, h) -> new Head(inputs, scale, b, h).backward(outGradient, gradients, b, h, null));
    return gradients;
  }

  /**
   * The magnitude of {@link #forward}: Σ_j P_ij |v_j| (1 + ŝ_ij + Σ_l P_il ŝ_il), where ŝ_ij =
   * scale · |q_i|·|k_j| is the magnitude of a score, because e^s turns an absolute error of s into
   * a relative one.
   */
  public static Array forwardMagnitude(AttentionInputs inputs, double scale) {
    return forwardMagnitude(inputs, scale, 0);
  }

  /**
   * The same where scores are off by as much as ε · ŝ, too much for e^s to be taken as linear: Σ_j
   * P̂_ij |v_j| with ε (P̂_ij − P_ij) the largest possible error of P_ij. That is the distance to
   * what it becomes when its own score is off by ±ε ŝ_ij and all others by ∓ε ŝ_il, the extremes of
   * a function that is monotonic in each score. As ε → 0 it is at most the other form.
   *
   * @param epsilon ε; 0 for the linear form
   */
  public static Array forwardMagnitude(AttentionInputs inputs, double scale, double epsilon) {
    Array magnitude = inputs.emptyOutput();
    WeightedAttention.forEachHead(
        inputs,
        (b, h) ->
            Matrices.putHead(new Head(inputs, scale, b, h).outMagnitude(epsilon), magnitude, b, h));
    return magnitude;
  }

  /**
   * The magnitude of {@link #backward}: its expressions on absolute values, with P̂_ij for P_ij and
   * differences replaced by sums.
   */
  public static QkvGradients backwardMagnitude(
      AttentionInputs inputs, double scale, Array outGradient) {
    return backwardMagnitude(inputs, scale, 0, outGradient);
  }

  /**
   * The same where scores are off by as much as ε · ŝ, see {@link #forwardMagnitude}.
   *
   * @param epsilon ε; 0 for the linear form
   */
  public static QkvGradients backwardMagnitude(
      AttentionInputs inputs, double scale, double epsilon, Array outGradient) {
    QkvGradients gradients = QkvGradients.zerosLike(inputs);
    WeightedAttention.forEachHead(
        inputs,
        (b, h) -> {
          Head head = new Head(inputs, scale, b, h);
          head.backward(outGradient.abs(), gradients, b, h, head.probabilityMagnitude(epsilon));
        });
    return gradients;
  }

  private static final class Head {
    private final double scale;
    private final double[][] q;
    private final double[][] k;
    private final double[][] v;
    private final double[][] probability;

    Head(AttentionInputs inputs, double scale, int b, int h) {
      this.scale = scale;
      q = Matrices.head(inputs.queries(), b, h);
      k = Matrices.head(inputs.keys(), b, h);
      v = Matrices.head(inputs.values(), b, h);
      probability = new double[q.length][k.length];
      for (int i = 0; i < q.length; i++) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < k.length; j++) {
          if (inputs.visibility().sees(b, i, j)) {
            largest = Math.max(largest, scale * dot(q[i], k[j]));
          }
        }
        double sum = 0;
        for (int j = 0; j < k.length; j++) {
          if (inputs.visibility().sees(b, i, j)) {
            probability[i][j] = Math.exp(scale * dot(q[i], k[j]) - largest);
            sum += probability[i][j];
          }
        }
        for (int j = 0; j < k.length && sum > 0; j++) {
          probability[i][j] /= sum;
        }
      }
    }

    double[][] out() {
      double[][] out = new double[q.length][v[0].length];
      for (int i = 0; i < q.length; i++) {
        for (int j = 0; j < k.length; j++) {
          addScaled(out[i], probability[i][j], v[j]);
        }
      }
      return out;
    }

    double[][] outMagnitude(double epsilon) {
      double[][] p = probabilityMagnitude(epsilon);
      double[][] absV = Matrices.abs(v);
      double[][] out = new double[q.length][v[0].length];
      for (int i = 0; i < q.length; i++) {
        for (int j = 0; j < k.length; j++) {
          addScaled(out[i], p[i][j], absV[j]);
        }
      }
      return out;
    }

    /** P̂. */
    double[][] probabilityMagnitude(double epsilon) {
      double[][] absQ = Matrices.abs(q);
      double[][] absK = Matrices.abs(k);
      double[][] magnitude = new double[q.length][k.length];
      for (int i = 0; i < q.length; i++) {
        double[] scores = new double[k.length];
        for (int j = 0; j < k.length; j++) {
          scores[j] = scale * dot(absQ[i], absK[j]);
        }
        double mean = dot(probability[i], scores);
        for (int j = 0; j < k.length; j++) {
          double error =
              epsilon == 0
                  ? probability[i][j] * (scores[j] + mean)
                  : largestChange(probability[i], j, scores, epsilon) / epsilon;
          magnitude[i][j] = probability[i][j] + error;
        }
      }
      return magnitude;
    }

    /** How far P_j may move when every score moves by at most ε times its magnitude. */
    private static double largestChange(double[] p, int j, double[] scores, double epsilon) {
      double most = 0;
      for (int sign : new int[] {1, -1}) {
        double own = p[j] * Math.exp(sign * epsilon * scores[j]);
        double others = 0;
        for (int l = 0; l < p.length; l++) {
          others += l == j ? 0 : p[l] * Math.exp(-sign * epsilon * scores[l]);
        }
        most = Math.max(most, own == 0 ? 0 : Math.abs(own / (own + others) - p[j]));
      }
      return most;
    }

    void backward(
        Array outGradient,
        QkvGradients gradients,
        int b,
        int h,
        double @Nullable [][] probabilityMagnitude) {
      boolean magnitude = probabilityMagnitude != null;
      double[][] p = probabilityMagnitude != null ? probabilityMagnitude : probability;
      double[][] dOut = Matrices.head(outGradient, b, h);
      double[][] qs = magnitude ? Matrices.abs(q) : q;
      double[][] ks = magnitude ? Matrices.abs(k) : k;
      double[][] vs = magnitude ? Matrices.abs(v) : v;
      double[][] dq = new double[q.length][q[0].length];
      double[][] dk = new double[k.length][q[0].length];
      double[][] dv = new double[v.length][v[0].length];
      for (int i = 0; i < q.length; i++) {
        double mean = 0;
        for (int l = 0; l < k.length; l++) {
          mean += dot(dOut[i], vs[l]) * p[i][l];
        }
        for (int j = 0; j < k.length; j++) {
          double dP = dot(dOut[i], vs[j]);
          double dScore = p[i][j] * (magnitude ? dP + mean : dP - mean);
          addScaled(dv[j], p[i][j], dOut[i]);
          addScaled(dq[i], scale * dScore, ks[j]);
          addScaled(dk[j], scale * dScore, qs[i]);
        }
      }
      Matrices.putHead(dq, gradients.queries(), b, h);
      Matrices.putHead(dk, gradients.keys(), b, h);
      Matrices.putHead(dv, gradients.values(), b, h);
    }
  }
}
