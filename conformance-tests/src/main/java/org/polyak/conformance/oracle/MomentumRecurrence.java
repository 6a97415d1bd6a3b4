package org.polyak.conformance.oracle;

import static org.polyak.conformance.oracle.Matrices.addOuter;
import static org.polyak.conformance.oracle.Matrices.addProduct;
import static org.polyak.conformance.oracle.Matrices.addScaled;
import static org.polyak.conformance.oracle.Matrices.addTransposedProduct;
import static org.polyak.conformance.oracle.Matrices.dot;

/**
 * Causal momentum attention by its definition, eq. 12, with the paper's signs, and its adjoint:
 *
 * <pre>
 * m_t = β m_{t-1} − φ(k_t) v_tᵀ;  s_t = s_{t-1} − γ m_t;  z_t = z_{t-1} + φ(k_t);
 * out_t = φ(q_t)ᵀ s_t / (φ(q_t)ᵀ z_t + ε).
 * </pre>
 */
public final class MomentumRecurrence {
  private MomentumRecurrence() {}

  /**
   * The carried state.
   *
   * @param m the momentum, {@code [B, H, K, V]}
   * @param s the memory, {@code [B, H, K, V]}
   * @param z the key sum, {@code [B, H, K]}
   */
  public record State(Array m, Array s, Array z) {
    /** The state before the first token. */
    public static State zero(AttentionInputs inputs) {
      LinearAttention.State zero = LinearAttention.State.zero(inputs);
      return new State(Array.zerosLike(zero.s()), zero.s(), zero.z());
    }
  }

  /**
   * Output and final state.
   *
   * @param out {@code [B, N, H, V]}
   * @param state after the last token
   */
  public record Run(Array out, State state) {}

  /**
   * Gradients.
   *
   * @param inputs for queries, keys and values
   * @param initial for the initial state
   */
  public record Gradients(QkvGradients inputs, State initial) {}

  /** Eq. 12 from {@code initial}, token by token. */
  public static Run forward(
      AttentionInputs inputs,
      LinearKernel kernel,
      Momentum momentum,
      Padding padding,
      State initial) {
    return run(inputs, kernel, momentum, padding, initial, false);
  }

  /**
   * The magnitude of {@link #forward}, of output and of final state: eq. 12 on absolute values,
   * where nothing cancels. The output's is (numerator's + |out_t| · key sum's) / |denominator|.
   */
  public static Run forwardMagnitude(
      AttentionInputs inputs,
      LinearKernel kernel,
      Momentum momentum,
      Padding padding,
      State initial) {
    return run(inputs, kernel, momentum, padding, initial, true);
  }

  /**
   * Gradients of {@code Σ outGradient · out + Σ stateGradient · final state}, by the adjoint of eq.
   * 12. With dN_t = dout_t / D_t and dD_t = −(dout_t·out_t) / D_t, going back from the last token
   * with (dm, ds, dz) = {@code stateGradient},
   *
   * <pre>
   * dφ(q_t) = s_t dN_t + dD_t z_t;
   * ds += φ(q_t) dN_tᵀ;  dz += dD_t φ(q_t);  dm −= γ ds;
   * dφ(k_t) = −dm v_t + dz;  dv_t = −dmᵀ φ(k_t);  dm ← β dm.
   * </pre>
   *
   * Unrolled, −dm is γ E_t with E_t = β E_{t+1} + Σ_{u≥t} φ(q_u) dN_uᵀ.
   */
  public static Gradients backward(
      AttentionInputs inputs,
      LinearKernel kernel,
      Momentum momentum,
      Padding padding,
      State initial,
      Array outGradient,
      State stateGradient) {
    return adjoint(inputs, kernel, momentum, padding, initial, outGradient, stateGradient, false);
  }

  /** The magnitude of {@link #backward}: the adjoint on absolute values. */
  public static Gradients backwardMagnitude(
      AttentionInputs inputs,
      LinearKernel kernel,
      Momentum momentum,
      Padding padding,
      State initial,
      Array outGradient,
      State stateGradient) {
    return adjoint(inputs, kernel, momentum, padding, initial, outGradient, stateGradient, true);
  }

  private static Run run(
      AttentionInputs inputs,
      LinearKernel kernel,
      Momentum momentum,
      Padding padding,
      State initial,
      boolean magnitude) {
    Array out = inputs.emptyOutput();
    State last = State.zero(inputs);
    WeightedAttention.forEachHead(
        inputs,
        (b, h) -> {
          Scan scan = new Scan(inputs, kernel, momentum, padding, initial, b, h, false);
          Scan sizes =
              magnitude ? new Scan(inputs, kernel, momentum, padding, initial, b, h, true) : scan;
          Matrices.putHead(magnitude ? sizes.outMagnitude(scan) : scan.out, out, b, h);
          double[][] m = sizes.m[sizes.n];
          States.putMatrix(magnitude ? Matrices.abs(m) : m, last.m(), b, h);
          States.putMatrix(sizes.s[sizes.n], last.s(), b, h);
          States.putVector(sizes.z[sizes.n], last.z(), b, h);
        });
    return new Run(out, last);
  }

  private static Gradients adjoint(
      AttentionInputs inputs,
      LinearKernel kernel,
      Momentum momentum,
      Padding padding,
      State initial,
      Array outGradient,
      State stateGradient,
      boolean magnitude) {
    QkvGradients gradients = QkvGradients.zerosLike(inputs);
    State first = State.zero(inputs);
    WeightedAttention.forEachHead(
        inputs,
        (b, h) -> {
          Scan signed = new Scan(inputs, kernel, momentum, padding, initial, b, h, false);
          Scan scan =
              magnitude ? new Scan(inputs, kernel, momentum, padding, initial, b, h, true) : signed;
          double[][] readOut = magnitude ? scan.outMagnitude(signed) : signed.out;
          double[][] dOut = Matrices.head(magnitude ? outGradient.abs() : outGradient, b, h);
          double[][] dm = States.matrix(negativeIf(magnitude, stateGradient.m()), b, h);
          double[][] ds = States.matrix(absIf(magnitude, stateGradient.s()), b, h);
          double[] dz = States.vector(absIf(magnitude, stateGradient.z()), b, h);
          double[][] dq = new double[scan.n][inputs.keyDim()];
          double[][] dk = new double[scan.n][inputs.keyDim()];
          double[][] dv = new double[scan.n][inputs.valueDim()];
          for (int t = scan.n - 1; t >= 0; t--) {
            double d = signed.denominator[t];
            double[] dN = new double[inputs.valueDim()];
            addScaled(dN, 1 / (magnitude ? Math.abs(d) : d), dOut[t]);
            double sign = magnitude ? 1 : -1;
            double dD = kernel.normaliser().isKeySum() ? sign * dot(dN, readOut[t]) : 0;
            addProduct(dq[t], 1, scan.s[t + 1], dN);
            addScaled(dq[t], dD, scan.z[t + 1]);
            addOuter(ds, 1, scan.q[t], dN);
            addScaled(dz, dD, scan.q[t]);
            if (scan.moves(t)) {
              addScaled(dm, -momentum.gamma(), ds);
              if (t < scan.length) {
                addProduct(dk[t], -1, dm, scan.v[t]);
                addScaled(dk[t], 1, dz);
                addTransposedProduct(dv[t], -1, dm, scan.k[t]);
              }
              Matrices.scale(dm, momentum.beta());
            }
          }
          Matrices.throughFeatureMap(
              kernel.featureMap(), Matrices.head(inputs.queries(), b, h), dq);
          Matrices.throughFeatureMap(kernel.featureMap(), Matrices.head(inputs.keys(), b, h), dk);
          Matrices.putHead(dq, gradients.queries(), b, h);
          Matrices.putHead(dk, gradients.keys(), b, h);
          Matrices.putHead(dv, gradients.values(), b, h);
          States.putMatrix(magnitude ? Matrices.abs(dm) : dm, first.m(), b, h);
          States.putMatrix(ds, first.s(), b, h);
          States.putVector(dz, first.z(), b, h);
        });
    return new Gradients(gradients, first);
  }

  private static Array absIf(boolean wanted, Array x) {
    return wanted ? x.abs() : x;
  }

  /** −|x|: the sign of m that makes every term of eq. 12 and of its adjoint positive. */
  private static Array negativeIf(boolean wanted, Array x) {
    return wanted ? x.map(e -> -Math.abs(e)) : x;
  }

  /** Eq. 12 on one head; index t of a state is the state after t tokens. */
  private static final class Scan {
    private final Padding padding;
    private final Normaliser normaliser;
    private final int n;
    private final int length;
    private final double[][] q;
    private final double[][] k;
    private final double[][] v;
    private final double[][][] m;
    private final double[][][] s;
    private final double[][] z;
    private final double[][] numerator;
    private final double[][] out;
    private final double[] denominator;

    Scan(
        AttentionInputs inputs,
        LinearKernel kernel,
        Momentum momentum,
        Padding padding,
        State initial,
        int b,
        int h,
        boolean magnitude) {
      States.requireCausal(inputs);
      this.padding = padding;
      normaliser = kernel.normaliser();
      n = inputs.queryCount();
      length = inputs.visibility().keyLength(b, n);
      double[][] phiQ = Matrices.map(kernel.featureMap(), Matrices.head(inputs.queries(), b, h));
      double[][] phiK = Matrices.map(kernel.featureMap(), Matrices.head(inputs.keys(), b, h));
      q = magnitude ? Matrices.abs(phiQ) : phiQ;
      k = magnitude ? Matrices.abs(phiK) : phiK;
      v = Matrices.head(absIf(magnitude, inputs.values()), b, h);
      m = new double[n + 1][][];
      s = new double[n + 1][][];
      z = new double[n + 1][];
      numerator = new double[n][inputs.valueDim()];
      out = new double[n][inputs.valueDim()];
      denominator = new double[n];
      m[0] = States.matrix(negativeIf(magnitude, initial.m()), b, h);
      s[0] = States.matrix(absIf(magnitude, initial.s()), b, h);
      z[0] = States.vector(absIf(magnitude, initial.z()), b, h);
      for (int t = 0; t < n; t++) {
        m[t + 1] = Matrices.copy(m[t]);
        s[t + 1] = Matrices.copy(s[t]);
        z[t + 1] = z[t].clone();
        if (moves(t)) {
          Matrices.scale(m[t + 1], momentum.beta());
          if (t < length) {
            addOuter(m[t + 1], -1, k[t], v[t]);
            addScaled(z[t + 1], 1, k[t]);
          }
          addScaled(s[t + 1], -momentum.gamma(), m[t + 1]);
        }
        addTransposedProduct(numerator[t], 1, s[t + 1], q[t]);
        denominator[t] = normaliser.denominator(dot(q[t], z[t + 1]), n);
        addScaled(out[t], 1 / denominator[t], numerator[t]);
      }
    }

    /** Whether token t changes the state at all. */
    boolean moves(int t) {
      return t < length || padding == Padding.DECAY;
    }

    /** Called on the scan of absolute values. */
    double[][] outMagnitude(Scan signed) {
      double[][] result = new double[n][];
      for (int t = 0; t < n; t++) {
        result[t] = numerator[t].clone();
        if (normaliser.isKeySum()) {
          addScaled(result[t], dot(q[t], z[t + 1]), Matrices.abs(signed.out)[t]);
        }
        for (int i = 0; i < result[t].length; i++) {
          result[t][i] /= Math.abs(signed.denominator[t]);
        }
      }
      return result;
    }
  }
}
