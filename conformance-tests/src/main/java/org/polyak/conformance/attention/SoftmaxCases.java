package org.polyak.conformance.attention;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Differentiated;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.AttentionInputs;
import org.polyak.conformance.oracle.QkvGradients;
import org.polyak.conformance.oracle.SoftmaxAttention;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.SoftmaxAttentionKernel;

/** Softmax attention, forward and backward. */
public final class SoftmaxCases {
  private SoftmaxCases() {}

  /** The families. */
  public static List<Family> families() {
    Family family =
        new Family(
            "ATT-SOFT",
            Chapter.ATTENTION,
            new Definition(
                "out_i = Σ_j softmax_j(scale · q_i·k_j) v_j over the visible keys; 0 when none is",
                "Momentum Transformer, eq. 2"));
    for (boolean causal : new boolean[] {false, true}) {
      for (int tokens : new int[] {1, 2, 37, 64, 130, 300}) {
        add(family, "", causal, AttentionTrial.tokens(tokens));
      }
      add(family, "padded", causal, AttentionTrial.tokens(37).withPadding());
      add(family, "padded", causal, AttentionTrial.tokens(130).withPadding());
      for (int[] size :
          new int[][] {
            {1, 1, 1, 1}, {1, 3, 5, 3}, {3, 1, 16, 33}, {1, 2, 33, 17}, {1, 1, 64, 64}
          }) {
        add(
            family,
            "B, H, K, V = " + List.of(size[0], size[1], size[2], size[3]),
            causal,
            AttentionTrial.tokens(67).sized(size[0], size[1], size[2], size[3]));
      }
      add(family, "sharp scores", causal, AttentionTrial.tokens(37).scaled(6, 0, 1));
      add(
          family,
          "scores beyond the exponential's range",
          causal,
          AttentionTrial.tokens(37).scaled(40, 0, 1));
      add(family, "equal scores", causal, AttentionTrial.tokens(37).scaled(0, 1, 1));
      add(family, "tiny values", causal, AttentionTrial.tokens(37).scaled(1, 0, 1e-25));
    }
    add(family, "more keys than queries", false, AttentionTrial.tokens(19).keys(53));
    add(family, "fewer keys than queries", false, AttentionTrial.tokens(53).keys(11).withPadding());
    add(family, "one query", false, AttentionTrial.tokens(1).keys(200).withPadding());
    return List.of(family);
  }

  private static void add(Family family, String title, boolean causal, AttentionTrial trial) {
    String name =
        "%s, N = %d%s%s"
            .formatted(
                causal ? "causal" : "full", trial.queryCount(), title.isEmpty() ? "" : ", ", title);
    family.add(name, (c, s) -> run(c, s, causal, trial));
  }

  /**
   * A score gathers K roundings and its scaling; exponential, the sum over S keys and the quotient
   * follow. Backward, a term passes through that twice, and through sums over V channels and N
   * queries.
   *
   * <p>The product that makes a score is in the magnitudes, which know how far it moves the
   * probabilities. It remains the product with values; for dv, that with the cotangent; for dq and
   * dk, out, dout·out, and the product with keys or queries.
   */
  private static void run(CaseContext c, Samples s, boolean causal, AttentionTrial trial) {
    AttentionInputs inputs = trial.draw(s, causal);
    double scale = 1 / Math.sqrt(trial.keyDim());
    Array cotangent =
        AttentionTrial.draw(
            s, 1, 0, trial.batch(), trial.queryCount(), trial.heads(), trial.valueDim());
    double scoreError = 2 * c.precision().factorRoundOff();
    double forward = trial.keyDim() + 2.0 * trial.keyCount() + 20;
    double backward = 2 * forward + trial.valueDim() + trial.queryCount();
    Expected out =
        new Expected(
                SoftmaxAttention.forward(inputs, scale),
                SoftmaxAttention.forwardMagnitude(inputs, scale),
                forward)
            .through(2, SoftmaxAttention.forwardMagnitude(inputs, scale, scoreError));
    QkvGradients gradients = SoftmaxAttention.backward(inputs, scale, cotangent);
    QkvGradients sizes = SoftmaxAttention.backwardMagnitude(inputs, scale, cotangent);
    QkvGradients reduced = SoftmaxAttention.backwardMagnitude(inputs, scale, scoreError, cotangent);
    List<Expected> wanted =
        List.of(
            new Expected(gradients.queries(), sizes.queries(), backward)
                .through(4, reduced.queries()),
            new Expected(gradients.keys(), sizes.keys(), backward).through(4, reduced.keys()),
            new Expected(gradients.values(), sizes.values(), backward)
                .through(2, reduced.values()));
    int @Nullable [] lengths = trial.lengths();
    Differentiated found =
        Differentiated.of(
            c,
            List.of(inputs.queries(), inputs.keys(), inputs.values()),
            List.of(cotangent),
            (ops, in) ->
                List.of(
                    ops.softmaxAttention(in.get(0), in.get(1), in.get(2), lengths, causal, scale)));
    c.expect("out", found.result(), out);
    c.expect("gradient of queries", found.gradients().get(0), wanted.get(0));
    c.expect("gradient of keys", found.gradients().get(1), wanted.get(1));
    c.expect("gradient of values", found.gradients().get(2), wanted.get(2));
    @Nullable SoftmaxAttentionKernel kernel = c.kernel(c.backend().fused().softmaxAttention());
    if (kernel != null) {
      inGuardedMemory(c, kernel, inputs, lengths, causal, scale, cotangent, out, wanted);
    }
  }

  private static void inGuardedMemory(
      CaseContext c,
      SoftmaxAttentionKernel kernel,
      AttentionInputs inputs,
      int @Nullable [] lengths,
      boolean causal,
      double scale,
      Array cotangent,
      Expected out,
      List<Expected> wanted) {
    org.polyak.spi.fused.AttentionInputs in =
        new org.polyak.spi.fused.AttentionInputs(
            tokens(c, "queries", inputs.queries()),
            tokens(c, "keys", inputs.keys()),
            tokens(c, "values", inputs.values()),
            lengths == null
                ? null
                : c.memory().integers("key lengths", lengths, Placement.OFFSET, lengths.length));
    Tensor unsaved = target(c, "out without saving", cotangent);
    kernel.forward(in, causal, scale, unsaved, null);
    c.expect("fused out without saving", c.memory().floats(unsaved), out);
    Tensor result = target(c, "out", cotangent);
    Tensor logSumExp =
        c.memory()
            .output(
                "log-sum-exp",
                Placement.OFFSET,
                inputs.batch(),
                inputs.queryCount(),
                inputs.heads());
    kernel.forward(in, causal, scale, result, logSumExp);
    c.expect("fused out", c.memory().floats(result), out);
    AttentionGradients targets =
        new AttentionGradients(
            tokenTarget(c, "gradient of queries", inputs.queries()),
            tokenTarget(c, "gradient of keys", inputs.keys()),
            tokenTarget(c, "gradient of values", inputs.values()),
            null);
    Tensor outGradient =
        c.memory()
            .input("out gradient", Samples.floats(cotangent), Placement.OFFSET, cotangent.shape());
    kernel.backward(in, causal, scale, result, logSumExp, outGradient, targets);
    c.expect("fused gradient of queries", c.memory().floats(targets.queries()), wanted.get(0));
    c.expect("fused gradient of keys", c.memory().floats(targets.keys()), wanted.get(1));
    c.expect("fused gradient of values", c.memory().floats(targets.values()), wanted.get(2));
  }

  private static Tensor tokens(CaseContext c, String name, Array array) {
    return c.memory().input(name, Samples.floats(array), Placement.TOKENS, array.shape());
  }

  private static Tensor target(CaseContext c, String name, Array like) {
    return c.memory().output(name, Placement.OFFSET, like.shape());
  }

  private static Tensor tokenTarget(CaseContext c, String name, Array like) {
    return c.memory().output(name, Placement.TOKENS, like.shape());
  }
}
