package org.polyak.conformance.theorems;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.LinearKernel;
import org.polyak.conformance.oracle.Momentum;
import org.polyak.conformance.oracle.WeightedAttention;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.UpdateRule;

/**
 * Momentum attention as an explicit sum over all pairs, composed of verbs on the device, beside
 * what the backend makes of the recurrence.
 */
public final class UnrolledCases {
  private static final int TOKENS = 61;

  private UnrolledCases() {}

  /** The families. */
  public static List<Family> families() {
    Family pairs =
        new Family(
            "ID-EQ13",
            Chapter.THEOREMS,
            new Definition(
                "S_i = γ Σ_j (1 − β^(i−j+1))/(1 − β) φ(k_j) v_jᵀ = γ/(1 − β) Σ_j φ(k_j) v_jᵀ −"
                    + " γβ/(1 − β) Σ_j β^(i−j) φ(k_j) v_jᵀ",
                "Momentum Transformer, eq. 13"));
    for (float beta : new float[] {0, 0.1f, 0.6f, 0.9f, 0.99f}) {
      pairs.add("sum over pairs, β = " + beta, (c, s) -> unrolled(c, s, beta));
      pairs.add("difference of two sums, β = " + beta, (c, s) -> twoScans(c, s, beta));
    }
    for (Schedule schedule : AttentionFixture.SCHEDULES) {
      pairs.add("β = 1 − 10⁻⁸ is the ramp i − j + 1, " + schedule, (c, s) -> ramp(c, s, schedule));
    }
    return List.of(pairs);
  }

  private static void unrolled(CaseContext c, Samples s, float beta) {
    AttentionFixture f = AttentionFixture.draw(c, s, TOKENS);
    UpdateRule rule = new UpdateRule.Momentum(beta, 0.75);
    Momentum momentum = new Momentum(beta, 0.75);
    float[] sum = overPairs(f, lag -> 0.75 * momentum.geometricSum(lag + 1));
    for (int length : new int[] {1, 7, 16, 60, 100}) {
      c.expect(
          "chunks of " + length + " against the sum over pairs",
          f.attend(AttentionFixture.spec(rule, new Schedule.Chunked(length))),
          f.same(sum, f.magnitude(rule)));
    }
    c.expect(
        "the recurrence against the sum over pairs",
        f.attend(AttentionFixture.spec(rule, new Schedule.Recurrent())),
        f.same(sum, f.magnitude(rule)));
  }

  /** Its terms are larger than those of the sum of positive ones: that is its magnitude. */
  private static void twoScans(CaseContext c, Samples s, float beta) {
    AttentionFixture f = AttentionFixture.draw(c, s, TOKENS);
    double factor = 0.75 / (1 - (double) beta);
    float[] linear = overPairs(f, lag -> factor);
    float[] decayed = overPairs(f, lag -> factor * beta * Math.pow(beta, lag));
    float[] difference = new float[linear.length];
    for (int i = 0; i < difference.length; i++) {
      difference[i] = linear[i] - decayed[i];
    }
    Array magnitude =
        WeightedAttention.forwardMagnitude(
            f.inputs(),
            LinearKernel.normalised(AttentionFixture.EPSILON),
            (b, i, j) -> factor * (1 + beta * Math.pow(beta, i - j)));
    UpdateRule rule = new UpdateRule.Momentum(beta, 0.75);
    c.expect(
        "the recurrence against the difference of two sums",
        f.attend(AttentionFixture.spec(rule, new Schedule.Recurrent())),
        f.same(difference, magnitude));
  }

  /** One β is 10⁻⁸ from the other: less than a rounding for each token. */
  private static void ramp(CaseContext c, Samples s, Schedule schedule) {
    AttentionFixture f = AttentionFixture.draw(c, s, TOKENS);
    UpdateRule rule = new UpdateRule.Momentum(1 - 1e-8, 0.75);
    float[] found = f.attend(AttentionFixture.spec(rule, schedule));
    for (float element : found) {
      c.check(Float.isFinite(element), "an element is " + element);
    }
    Expected same = f.same(overPairs(f, lag -> 0.75 * (lag + 1)), f.magnitude(rule));
    c.expect("against the ramp", found, same);
  }

  /** ((φ(Q) φ(K)ᵀ) ∘ W) V over the row sums of φ(Q) φ(K)ᵀ, causal; W by the lag i − j. */
  private static float[] overPairs(AttentionFixture f, IntToDoubleFunction weightOfLag) {
    Ops ops = Ops.inference(f.context().engine(), f.context().scope());
    float[] weights = new float[TOKENS * TOKENS];
    float[] triangle = new float[TOKENS * TOKENS];
    for (int i = 0; i < TOKENS; i++) {
      for (int j = 0; j <= i; j++) {
        weights[i * TOKENS + j] = (float) weightOfLag.applyAsDouble(i - j);
        triangle[i * TOKENS + j] = 1;
      }
    }
    Variable q = heads(ops, f, f.inputs().queries());
    Variable k = heads(ops, f, f.inputs().keys());
    Variable v = ops.transpose(f.constant(ops, f.inputs().values()), 1, 2);
    Variable pairs = ops.matmul(q, ops.transpose(k, 2, 3));
    Variable numerator =
        ops.matmul(ops.multiply(pairs, ops.constant(weights, 1, 1, TOKENS, TOKENS)), v);
    Variable seen = ops.multiply(pairs, ops.constant(triangle, 1, 1, TOKENS, TOKENS));
    Variable denominator = ops.shift(ops.sum(seen, 3), AttentionFixture.EPSILON);
    return ops.toFloats(ops.contiguous(ops.transpose(ops.divide(numerator, denominator), 1, 2)));
  }

  private static Variable heads(Ops ops, AttentionFixture f, Array x) {
    return ops.unary(UnaryOp.ELU_PLUS_ONE, ops.transpose(f.constant(ops, x), 1, 2));
  }
}
