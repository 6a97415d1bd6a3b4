package org.polyak.conformance.mutants;

import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Backend;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.Support;
import org.polyak.spi.fused.UpdateRule;

/**
 * Attention of the linear family as its definition says, token by token in float64, with the
 * adjoint of that as its backward pass. With P = −m of eq. 12,
 *
 * <pre>
 * P_t = β P_{t-1} + φ(k_t) v_tᵀ;  S_t = S_{t-1} + γ P_t;  z_t = z_{t-1} + φ(k_t);
 * out_t = S_tᵀ φ(q_t) / D_t,  D_t = φ(q_t)·z_t + ε.
 * </pre>
 *
 * <p>Correct as it stands. Each step is a method of its own, so that a mutant is one of them
 * overridden.
 */
class RecurrentAttention implements AttentionKernel {
  /** Tokens per chunk where the schedule leaves it open: only mutants have edges. */
  private static final int CHUNK = 16;

  final HostMemory host;
  final AttentionSpec spec;

  RecurrentAttention(HostMemory host, AttentionSpec spec) {
    this.host = host;
    this.spec = spec;
  }

  /** A backend with other attention than its own. */
  static Backend offeredBy(
      Backend good, BiFunction<HostMemory, AttentionSpec, AttentionKernel> attention) {
    HostMemory host = new HostMemory(good);
    return new DecoratedBackend(good) {
      @Override
      public FusedKernels fused() {
        return new DecoratedFusedKernels(good.fused()) {
          @Override
          public Support<AttentionKernel> attention(AttentionSpec spec) {
            return new Support.Native<>(attention.apply(host, spec));
          }
        };
      }
    };
  }

  @Override
  public Shape savedShape(AttentionInputs inputs) {
    return Shape.of(0);
  }

  @Override
  public void forward(
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      @Nullable AttentionState last,
      @Nullable Tensor saved) {
    Head[] heads = heads(inputs, initial);
    double[][][] result = new double[heads.length][][];
    HeadState[] end = new HeadState[heads.length];
    for (int i = 0; i < heads.length; i++) {
      HeadState[] trail = trail(heads[i]);
      result[i] = readOut(heads[i], trail);
      end[i] = stored(trail[trail.length - 1]);
    }
    AttentionArrays.put(host, result, out);
    if (last != null) {
      AttentionArrays.put(host, end, last);
    }
  }

  @Override
  public void backward(
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      Tensor saved,
      Tensor outGradient,
      @Nullable AttentionState lastGradient,
      AttentionGradients gradients) {
    Head[] heads = heads(inputs, initial);
    double[][][] outGradients = AttentionArrays.tokens(host, outGradient);
    HeadState[] state = AttentionArrays.states(host, inputs, lastGradient);
    double[][][] queries = new double[heads.length][][];
    double[][][] keys = new double[heads.length][][];
    double[][][] values = new double[heads.length][][];
    for (int i = 0; i < heads.length; i++) {
      Head.Gradients found = heads[i].gradients(lastGradient(state[i]));
      adjoint(heads[i], outGradients[i], found);
      finished(found);
      queries[i] = found.queries();
      keys[i] = found.keys();
      values[i] = found.values();
      state[i] = found.state();
    }
    AttentionArrays.put(host, queries, gradients.queries());
    AttentionArrays.put(host, keys, gradients.keys());
    AttentionArrays.put(host, values, gradients.values());
    if (gradients.initial() != null) {
      AttentionArrays.put(host, state, gradients.initial());
    }
  }

  /** β. */
  double decay() {
    return spec.rule() instanceof UpdateRule.Momentum momentum ? momentum.beta() : 0;
  }

  /** γ. */
  double step() {
    return spec.rule() instanceof UpdateRule.Momentum momentum ? momentum.gamma() : 1;
  }

  /** φ(x). */
  double phi(double x) {
    return spec.featureMap() == FeatureMap.IDENTITY ? x : x > 0 ? x + 1 : Math.exp(x);
  }

  /** φ′(x). */
  double slope(double x) {
    return spec.featureMap() == FeatureMap.IDENTITY ? 1 : x > 0 ? 1 : Math.exp(x);
  }

  /** How many keys of sequence b are real. */
  int length(int[] lengths, int b, int heads) {
    return lengths[b];
  }

  /** Whether token t changes the state at all. */
  boolean moves(int t, int length) {
    return t < length || spec.padding() == Padding.DECAY;
  }

  /** The state as it comes in. */
  HeadState loaded(HeadState state) {
    return state;
  }

  /** The state as it goes out. */
  HeadState stored(HeadState state) {
    return state;
  }

  /** What happens to the state where a chunk begins, but for the first. */
  void enterChunk(HeadState state) {
    // The recurrence knows no chunks.
  }

  /** Token t changes the state. */
  void advance(HeadState state, Head head, int t) {
    HeadState.scale(state.push(), decay());
    if (t < head.length()) {
      HeadState.addOuter(state.push(), 1, head.phiKeys()[t], head.values()[t]);
      addKey(state, head, t);
    }
    HeadState.add(state.s(), step(), state.push());
  }

  /** Token t adds to the key sum. */
  void addKey(HeadState state, Head head, int t) {
    HeadState.add(state.z(), 1, head.phiKeys()[t]);
  }

  /** After how many of n tokens row t reads the state. */
  int read(int t, int n) {
    return spec.causal() ? t + 1 : n;
  }

  /** D. */
  double denominator(double keySum, Head head) {
    return switch (spec.normaliser()) {
      case Normaliser.None none -> 1;
      case Normaliser.KeySum(double epsilon) -> keySum + epsilon;
      case Normaliser.SquareRootLength root -> Math.sqrt(head.keyCount());
    };
  }

  /** dD from dN·out, which is 0 where the denominator does not depend on the keys. */
  double denominatorGradient(double product) {
    return spec.normaliser() instanceof Normaliser.KeySum ? -product : 0;
  }

  /** The gradient of the last state as it comes in. */
  HeadState lastGradient(HeadState gradient) {
    return gradient;
  }

  /** What happens to the gradients of a head before they are written. */
  void finished(Head.Gradients gradients) {
    // Good gradients stay as they are.
  }

  private Head[] heads(AttentionInputs inputs, @Nullable AttentionState initial) {
    double[][][] queries = AttentionArrays.tokens(host, inputs.queries());
    double[][][] keys = AttentionArrays.tokens(host, inputs.keys());
    double[][][] values = AttentionArrays.tokens(host, inputs.values());
    HeadState[] states = AttentionArrays.states(host, inputs, initial);
    int @Nullable [] lengths =
        inputs.keyLengths() == null ? null : host.integers(inputs.keyLengths());
    Head[] heads = new Head[queries.length];
    for (int i = 0; i < heads.length; i++) {
      int length =
          lengths == null ? inputs.keyCount() : length(lengths, i / inputs.heads(), inputs.heads());
      heads[i] = new Head(queries[i], keys[i], values[i], this::phi, length, loaded(states[i]));
    }
    return heads;
  }

  /** The states after 0, 1, … tokens. */
  private HeadState[] trail(Head head) {
    int chunk = spec.schedule() instanceof Schedule.Chunked chunked ? chunked.length() : CHUNK;
    HeadState[] trail = new HeadState[head.keyCount() + 1];
    trail[0] = head.start();
    for (int t = 0; t < head.keyCount(); t++) {
      HeadState state = trail[t].copy();
      if (t > 0 && t % chunk == 0) {
        enterChunk(state);
      }
      if (moves(t, head.length())) {
        advance(state, head, t);
      }
      trail[t + 1] = state;
    }
    return trail;
  }

  private double[][] readOut(Head head, HeadState[] trail) {
    double[][] out = new double[head.queryCount()][head.valueDim()];
    for (int t = 0; t < out.length; t++) {
      HeadState state = trail[read(t, head.keyCount())];
      double[] query = head.phiQueries()[t];
      double denominator = denominator(HeadState.dot(query, state.z()), head);
      double[] numerator = HeadState.transposedTimes(state.s(), query, head.valueDim());
      HeadState.add(out[t], 1 / denominator, numerator);
    }
    return out;
  }

  /**
   * Back through the tokens. With dN_t = dout_t / D_t and dD_t = −dN_t·out_t, row t adds φ(q_t)
   * dN_tᵀ to dS and dD_t φ(q_t) to dz; then token t makes dP = γ dS + β dP′ of the dP′ behind it,
   * dφ(k_t) = dP v_t + dz and dv_t = dPᵀ φ(k_t).
   */
  private void adjoint(Head head, double[][] outGradient, Head.Gradients to) {
    HeadState[] trail = trail(head);
    double[][] out = readOut(head, trail);
    int n = head.keyCount();
    if (!spec.causal()) {
      for (int t = 0; t < head.queryCount(); t++) {
        row(head, t, trail[n], out[t], outGradient[t], to);
      }
    }
    for (int t = n - 1; t >= 0; t--) {
      if (spec.causal()) {
        row(head, t, trail[t + 1], out[t], outGradient[t], to);
      }
      if (moves(t, head.length())) {
        HeadState.add(to.state().push(), step(), to.state().s());
        if (t < head.length()) {
          token(head, t, to);
        }
        HeadState.scale(to.state().push(), decay());
      }
    }
    throughFeatureMap(head.queries(), to.queries());
    throughFeatureMap(head.keys(), to.keys());
  }

  private void row(
      Head head, int t, HeadState state, double[] out, double[] outGradient, Head.Gradients to) {
    double[] query = head.phiQueries()[t];
    double denominator = denominator(HeadState.dot(query, state.z()), head);
    double[] forNumerator = new double[out.length];
    HeadState.add(forNumerator, 1 / denominator, outGradient);
    double forDenominator = denominatorGradient(HeadState.dot(forNumerator, out));
    HeadState.add(to.queries()[t], 1, HeadState.times(state.s(), forNumerator));
    HeadState.add(to.queries()[t], forDenominator, state.z());
    HeadState.addOuter(to.state().s(), 1, query, forNumerator);
    HeadState.add(to.state().z(), forDenominator, query);
  }

  private static void token(Head head, int t, Head.Gradients to) {
    double[][] push = to.state().push();
    HeadState.add(to.keys()[t], 1, HeadState.times(push, head.values()[t]));
    HeadState.add(to.keys()[t], 1, to.state().z());
    HeadState.add(
        to.values()[t], 1, HeadState.transposedTimes(push, head.phiKeys()[t], head.valueDim()));
  }

  private void throughFeatureMap(double[][] x, double[][] gradient) {
    for (int r = 0; r < x.length; r++) {
      for (int c = 0; c < x[r].length; c++) {
        gradient[r][c] *= slope(x[r][c]);
      }
    }
  }
}
