package org.polyak.conformance.oracle;

import static org.polyak.conformance.oracle.Matrices.addOuter;
import static org.polyak.conformance.oracle.Matrices.addScaled;
import static org.polyak.conformance.oracle.Matrices.addTransposedProduct;
import static org.polyak.conformance.oracle.Matrices.dot;

import org.polyak.conformance.oracle.MomentumWeights.Anchor;

/**
 * The forms of momentum attention (Momentum Transformer, section 3.1). Eq. 12, in {@link
 * MomentumRecurrence}, is the definition of the causal one; {@link #unrolled}, {@link #twoScan} and
 * {@link #chunkwise} are equal to it. {@link #nonCausal} and {@link #released} are other functions.
 */
public final class MomentumAttention {
  private MomentumAttention() {}

  /** Eq. 13, O(N²): out_i = γ Σ_{j≤i} (1 − β^(i−j+1))/(1 − β) φ(q_i)·φ(k_j) v_j / denominator_i. */
  public static Array unrolled(
      AttentionInputs inputs, LinearKernel kernel, Momentum momentum, Padding padding) {
    States.requireCausal(inputs);
    return WeightedAttention.forward(
        inputs, kernel, MomentumWeights.eq13(momentum, padding, inputs));
  }

  /** Gradients of {@code Σ outGradient · out} for {@link #unrolled}. */
  public static QkvGradients unrolledBackward(
      AttentionInputs inputs,
      LinearKernel kernel,
      Momentum momentum,
      Padding padding,
      Array outGradient) {
    States.requireCausal(inputs);
    return WeightedAttention.backward(
        inputs, kernel, MomentumWeights.eq13(momentum, padding, inputs), outGradient);
  }

  /**
   * Eq. 14: out_i = γ Σ_{j≤N} (1 − β^(N−j+1))/(1 − β) φ(q_i)·φ(k_j) v_j / denominator_i over all
   * keys. It depends on the order of the keys: key N weighs 1, key 1 weighs most.
   */
  public static Array nonCausal(
      AttentionInputs inputs, LinearKernel kernel, Momentum momentum, Anchor anchor) {
    AttentionInputs all = inputs.with(inputs.visibility().withCausal(false));
    return WeightedAttention.forward(
        all, kernel, MomentumWeights.endAnchored(momentum, anchor, all));
  }

  /** Gradients of {@code Σ outGradient · out} for {@link #nonCausal}. */
  public static QkvGradients nonCausalBackward(
      AttentionInputs inputs,
      LinearKernel kernel,
      Momentum momentum,
      Anchor anchor,
      Array outGradient) {
    AttentionInputs all = inputs.with(inputs.visibility().withCausal(false));
    return WeightedAttention.backward(
        all, kernel, MomentumWeights.endAnchored(momentum, anchor, all), outGradient);
  }

  /**
   * What the released training code computes: the weights of eq. 14 under a causal mask. Not eq.
   * 13, and not independent of later tokens: a longer sequence changes earlier outputs.
   */
  public static Array released(
      AttentionInputs inputs, LinearKernel kernel, Momentum momentum, Anchor anchor) {
    States.requireCausal(inputs);
    return WeightedAttention.forward(
        inputs, kernel, MomentumWeights.endAnchored(momentum, anchor, inputs));
  }

  /** Gradients of {@code Σ outGradient · out} for {@link #released}. */
  public static QkvGradients releasedBackward(
      AttentionInputs inputs,
      LinearKernel kernel,
      Momentum momentum,
      Anchor anchor,
      Array outGradient) {
    States.requireCausal(inputs);
    return WeightedAttention.backward(
        inputs, kernel, MomentumWeights.endAnchored(momentum, anchor, inputs), outGradient);
  }

  /**
   * Two scans, for β &lt; 1 and no padding: s_t = γ/(1 − β) (A_t − β C_t), where A_t = A_{t-1} +
   * φ(k_t) v_tᵀ is the state of linear attention and C_t = β C_{t-1} + φ(k_t) v_tᵀ decays. Exact in
   * exact arithmetic, but A and C cancel as β approaches 1.
   */
  public static Array twoScan(AttentionInputs inputs, LinearKernel kernel, Momentum momentum) {
    States.requireCausal(inputs);
    if (!(momentum.beta() < 1)) {
      throw new IllegalArgumentException(
          "The two-scan form divides by 1 − β and needs β < 1, not " + momentum.beta() + ".");
    }
    double beta = momentum.beta();
    double factor = momentum.gamma() / (1 - beta);
    Array out = inputs.emptyOutput();
    WeightedAttention.forEachHead(
        inputs,
        (b, h) -> {
          double[][] q = Matrices.map(kernel.featureMap(), Matrices.head(inputs.queries(), b, h));
          double[][] k = Matrices.map(kernel.featureMap(), Matrices.head(inputs.keys(), b, h));
          double[][] v = Matrices.head(inputs.values(), b, h);
          double[][] sums = new double[inputs.keyDim()][inputs.valueDim()];
          double[][] decayed = new double[inputs.keyDim()][inputs.valueDim()];
          double[] z = new double[inputs.keyDim()];
          double[][] rows = new double[q.length][inputs.valueDim()];
          for (int t = 0; t < q.length; t++) {
            addOuter(sums, 1, k[t], v[t]);
            Matrices.scale(decayed, beta);
            addOuter(decayed, 1, k[t], v[t]);
            addScaled(z, 1, k[t]);
            double d = kernel.normaliser().denominator(dot(q[t], z), k.length);
            addTransposedProduct(rows[t], factor / d, sums, q[t]);
            addTransposedProduct(rows[t], -beta * factor / d, decayed, q[t]);
          }
          Matrices.putHead(rows, out, b, h);
        });
    return out;
  }

  /**
   * The chunk form, all of whose terms are positive multiples. Within a chunk of length C that
   * starts from the state (m, s, z), with n = −m, for row t and column j counted from 1,
   *
   * <pre>
   * f_t = β + … + β^t,  W_tj = 1 + … + β^(t−j);
   * numerator_t = φ(q_t)ᵀ (s + γ f_t n) + γ Σ_{j≤t} W_tj φ(q_t)·φ(k_j) v_j;
   * s ← s + γ f_C n + γ Σ_j W_Cj φ(k_j) v_jᵀ;  n ← β^C n + Σ_j β^(C−j) φ(k_j) v_jᵀ.
   * </pre>
   *
   * Frozen padding stops the clock: t and C count real positions only.
   *
   * @param chunk C; the last chunk may be shorter
   */
  public static MomentumRecurrence.Run chunkwise(
      AttentionInputs inputs,
      LinearKernel kernel,
      Momentum momentum,
      Padding padding,
      MomentumRecurrence.State initial,
      int chunk) {
    States.requireCausal(inputs);
    Array out = inputs.emptyOutput();
    MomentumRecurrence.State last = MomentumRecurrence.State.zero(inputs);
    WeightedAttention.forEachHead(
        inputs,
        (b, h) -> {
          double[][] q = Matrices.map(kernel.featureMap(), Matrices.head(inputs.queries(), b, h));
          double[][] k = Matrices.map(kernel.featureMap(), Matrices.head(inputs.keys(), b, h));
          double[][] v = Matrices.head(inputs.values(), b, h);
          double[][] s = States.matrix(initial.s(), b, h);
          double[][] n = States.matrix(initial.m(), b, h);
          Matrices.scale(n, -1);
          double[] z = States.vector(initial.z(), b, h);
          double[][] rows = new double[q.length][inputs.valueDim()];
          int length = inputs.visibility().keyLength(b, q.length);
          for (int start = 0; start < q.length; start += chunk) {
            int end = Math.min(start + chunk, q.length);
            for (int t = start; t < end; t++) {
              int clock = clock(padding, t + 1, start, length);
              double[] numerator = new double[inputs.valueDim()];
              addTransposedProduct(numerator, 1, s, q[t]);
              double f = momentum.beta() * momentum.geometricSum(clock);
              addTransposedProduct(numerator, momentum.gamma() * f, n, q[t]);
              double keySum = dot(q[t], z);
              for (int j = start; j <= t && j < length; j++) {
                double pair = dot(q[t], k[j]);
                double w = momentum.geometricSum(clock - (j - start));
                addScaled(numerator, momentum.gamma() * w * pair, v[j]);
                keySum += pair;
              }
              double d = kernel.normaliser().denominator(keySum, k.length);
              addScaled(rows[t], 1 / d, numerator);
            }
            int clock = clock(padding, end, start, length);
            addScaled(s, momentum.gamma() * momentum.beta() * momentum.geometricSum(clock), n);
            Matrices.scale(n, momentum.power(clock));
            for (int j = start; j < end && j < length; j++) {
              int after = clock - (j - start);
              addOuter(s, momentum.gamma() * momentum.geometricSum(after), k[j], v[j]);
              addOuter(n, momentum.power(after - 1), k[j], v[j]);
              addScaled(z, 1, k[j]);
            }
          }
          Matrices.scale(n, -1);
          Matrices.putHead(rows, out, b, h);
          States.putMatrix(s, last.s(), b, h);
          States.putMatrix(n, last.m(), b, h);
          States.putVector(z, last.z(), b, h);
        });
    return new MomentumRecurrence.Run(out, last);
  }

  /** Time steps from {@code start} until after token number {@code count}. */
  private static int clock(Padding padding, int count, int start, int length) {
    int stop = padding == Padding.FREEZE ? Math.min(count, length) : count;
    return Math.max(0, stop - start);
  }
}
