package org.polyak.conformance.oracle;

import static org.polyak.conformance.oracle.Matrices.addOuter;
import static org.polyak.conformance.oracle.Matrices.addProduct;
import static org.polyak.conformance.oracle.Matrices.addScaled;
import static org.polyak.conformance.oracle.Matrices.addTransposedProduct;
import static org.polyak.conformance.oracle.Matrices.dot;

import org.polyak.conformance.oracle.WeightedAttention.PairWeights;

/**
 * Linear attention (Katharopoulos et al.; Momentum Transformer, eq. 5 to 8), causal and not. Padded
 * keys have φ(k) = 0.
 */
public final class LinearAttention {
  private static final PairWeights ONE = (b, i, j) -> 1;

  private LinearAttention() {}

  /**
   * The state that eq. 8 carries.
   *
   * @param s Σ φ(k_j) v_jᵀ, {@code [B, H, K, V]}
   * @param z Σ φ(k_j), {@code [B, H, K]}
   */
  public record State(Array s, Array z) {
    /** The state before the first token. */
    public static State zero(AttentionInputs inputs) {
      return new State(
          Array.zeros(inputs.batch(), inputs.heads(), inputs.keyDim(), inputs.valueDim()),
          Array.zeros(inputs.batch(), inputs.heads(), inputs.keyDim()));
    }
  }

  /**
   * Output and final state of a recurrence.
   *
   * @param out {@code [B, N, H, V]}
   * @param state after the last token
   */
  public record Run(Array out, State state) {}

  /**
   * Gradients of a recurrence.
   *
   * @param inputs for queries, keys and values
   * @param initial for the initial state
   */
  public record Gradients(QkvGradients inputs, State initial) {}

  /**
   * Eq. 7 (or, causal, eq. 8 unrolled): out_i = Σ_j φ(q_i)·φ(k_j) v_j / (Σ_j φ(q_i)·φ(k_j) + ε)
   * over the visible keys.
   */
  public static Array forward(AttentionInputs inputs, LinearKernel kernel) {
    return WeightedAttention.forward(inputs, kernel, ONE);
  }

  /** Gradients of {@code Σ outGradient · out} for {@link #forward}. */
  public static QkvGradients backward(
      AttentionInputs inputs, LinearKernel kernel, Array outGradient) {
    return WeightedAttention.backward(inputs, kernel, ONE, outGradient);
  }

  /** The magnitude of {@link #forward}. */
  public static Array forwardMagnitude(AttentionInputs inputs, LinearKernel kernel) {
    return WeightedAttention.forwardMagnitude(inputs, kernel, ONE);
  }

  /** The magnitude of {@link #backward}. */
  public static QkvGradients backwardMagnitude(
      AttentionInputs inputs, LinearKernel kernel, Array outGradient) {
    return WeightedAttention.backwardMagnitude(inputs, kernel, ONE, outGradient);
  }

  /**
   * Eq. 8, the definition: s_t = s_{t-1} + φ(k_t) v_tᵀ; z_t = z_{t-1} + φ(k_t); out_t = φ(q_t)ᵀ s_t
   * / (φ(q_t)ᵀ z_t + ε).
   */
  public static Run recurrent(AttentionInputs inputs, LinearKernel kernel, State initial) {
    Array out = inputs.emptyOutput();
    State last = State.zero(inputs);
    WeightedAttention.forEachHead(
        inputs,
        (b, h) -> {
          Scan scan = new Scan(inputs, kernel, initial, b, h);
          Matrices.putHead(scan.out, out, b, h);
          States.putMatrix(scan.s[scan.n], last.s(), b, h);
          States.putVector(scan.z[scan.n], last.z(), b, h);
        });
    return new Run(out, last);
  }

  /**
   * Gradients of {@code Σ outGradient · out + Σ stateGradient · final state} by the adjoint of eq.
   * 8. With dN_t = dout_t / D_t and dD_t = −(dout_t·out_t) / D_t, going back from the last token,
   *
   * <pre>
   * dφ(q_t) = s_t dN_t + dD_t z_t;
   * R_t = R_{t+1} + φ(q_t) dN_tᵀ;  r_t = r_{t+1} + dD_t φ(q_t);
   * dφ(k_t) = R_t v_t + r_t;  dv_t = R_tᵀ φ(k_t).
   * </pre>
   */
  public static Gradients recurrentBackward(
      AttentionInputs inputs,
      LinearKernel kernel,
      State initial,
      Array outGradient,
      State stateGradient) {
    QkvGradients gradients = QkvGradients.zerosLike(inputs);
    State first = State.zero(inputs);
    WeightedAttention.forEachHead(
        inputs,
        (b, h) -> {
          Scan scan = new Scan(inputs, kernel, initial, b, h);
          double[][] dOut = Matrices.head(outGradient, b, h);
          double[][] sumR = States.matrix(stateGradient.s(), b, h);
          double[] sumZ = States.vector(stateGradient.z(), b, h);
          double[][] dq = new double[scan.n][inputs.keyDim()];
          double[][] dk = new double[scan.n][inputs.keyDim()];
          double[][] dv = new double[scan.n][inputs.valueDim()];
          for (int t = scan.n - 1; t >= 0; t--) {
            double[] dN = new double[inputs.valueDim()];
            addScaled(dN, 1 / scan.denominator[t], dOut[t]);
            double dD = kernel.normaliser().isKeySum() ? -dot(dN, scan.out[t]) : 0;
            addProduct(dq[t], 1, scan.s[t + 1], dN);
            addScaled(dq[t], dD, scan.z[t + 1]);
            addOuter(sumR, 1, scan.q[t], dN);
            addScaled(sumZ, dD, scan.q[t]);
            if (t < scan.length) {
              addProduct(dk[t], 1, sumR, scan.v[t]);
              addScaled(dk[t], 1, sumZ);
              addTransposedProduct(dv[t], 1, sumR, scan.k[t]);
            }
          }
          Matrices.throughFeatureMap(
              kernel.featureMap(), Matrices.head(inputs.queries(), b, h), dq);
          Matrices.throughFeatureMap(kernel.featureMap(), Matrices.head(inputs.keys(), b, h), dk);
          Matrices.putHead(dq, gradients.queries(), b, h);
          Matrices.putHead(dk, gradients.keys(), b, h);
          Matrices.putHead(dv, gradients.values(), b, h);
          States.putMatrix(sumR, first.s(), b, h);
          States.putVector(sumZ, first.z(), b, h);
        });
    return new Gradients(gradients, first);
  }

  /** Eq. 8 on one head; {@code s[t]} and {@code z[t]} are the state after t tokens. */
  private static final class Scan {
    private final int n;
    private final int length;
    private final double[][] q;
    private final double[][] k;
    private final double[][] v;
    private final double[][][] s;
    private final double[][] z;
    private final double[][] out;
    private final double[] denominator;

    Scan(AttentionInputs inputs, LinearKernel kernel, State initial, int b, int h) {
      States.requireCausal(inputs);
      n = inputs.queryCount();
      length = inputs.visibility().keyLength(b, n);
      q = Matrices.map(kernel.featureMap(), Matrices.head(inputs.queries(), b, h));
      k = Matrices.map(kernel.featureMap(), Matrices.head(inputs.keys(), b, h));
      v = Matrices.head(inputs.values(), b, h);
      s = new double[n + 1][][];
      z = new double[n + 1][];
      out = new double[n][inputs.valueDim()];
      denominator = new double[n];
      s[0] = States.matrix(initial.s(), b, h);
      z[0] = States.vector(initial.z(), b, h);
      for (int t = 0; t < n; t++) {
        s[t + 1] = Matrices.copy(s[t]);
        z[t + 1] = z[t].clone();
        if (t < length) {
          addOuter(s[t + 1], 1, k[t], v[t]);
          addScaled(z[t + 1], 1, k[t]);
        }
        denominator[t] = kernel.normaliser().denominator(dot(q[t], z[t + 1]), n);
        addTransposedProduct(out[t], 1 / denominator[t], s[t + 1], q[t]);
      }
    }
  }
}
