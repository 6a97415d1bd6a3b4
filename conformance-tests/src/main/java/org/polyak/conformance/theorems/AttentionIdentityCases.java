package org.polyak.conformance.theorems;

import java.util.List;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.AttentionInputs;
import org.polyak.conformance.oracle.LinearKernel;
import org.polyak.conformance.oracle.Momentum;
import org.polyak.conformance.oracle.MomentumAttention;
import org.polyak.conformance.oracle.MomentumRecurrence;
import org.polyak.conformance.oracle.MomentumWeights;
import org.polyak.conformance.oracle.MomentumWeights.Anchor;
import org.polyak.conformance.oracle.Padding;
import org.polyak.conformance.oracle.Visibility;
import org.polyak.conformance.oracle.WeightedAttention;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.UpdateRule;

/**
 * Identities of attention, between results of the device. Two results of one function differ by at
 * most twice the bound of either, which is what a comparison of one with the other as the truth,
 * with twice the roundings, allows.
 */
public final class AttentionIdentityCases {
  private static final int TOKENS = 61;
  private static final float[] BETAS = {0, 0.1f, 0.6f, 0.9f, 0.99f, 1 - 1e-6f};

  private AttentionIdentityCases() {}

  /** The families. */
  public static List<Family> families() {
    Family schedules =
        new Family(
            "ID-SCHEDULE",
            Chapter.THEOREMS,
            new Definition(
                "recurrence = parallel form = chunkwise form",
                "Momentum Transformer, eq. 12 = eq. 13"));
    Family special =
        new Family(
            "ID-MOM",
            Chapter.THEOREMS,
            new Definition(
                "β = 0, γ = 1 is linear attention; the output is linear in γ; rows depend on"
                    + " earlier tokens only",
                "Momentum Transformer, eq. 8 and 12"));
    Family anchored =
        new Family(
            "ID-EQ14",
            Chapter.THEOREMS,
            new Definition(
                "out_i = γ φ(q_i)ᵀ Σ_j (1 − β^(N−j+1))/(1 − β) φ(k_j) v_jᵀ / (φ(q_i)ᵀ Σ_j φ(k_j) +"
                    + " ε)",
                "Momentum Transformer, eq. 14"));
    for (float beta : BETAS) {
      schedules.add("β = " + beta, (c, s) -> schedulesAgree(c, s, beta));
      special.add("linear in γ, β = " + beta, (c, s) -> linearInGamma(c, s, beta));
      special.add("later tokens change nothing, β = " + beta, (c, s) -> prefix(c, s, beta));
      anchored.add("weighted values, β = " + beta, (c, s) -> endAnchored(c, s, beta));
      anchored.add("last row of the causal form, β = " + beta, (c, s) -> lastRow(c, s, beta));
    }
    for (Schedule schedule : AttentionFixture.SCHEDULES) {
      special.add("β = 0, γ = 1 is linear, " + schedule, (c, s) -> zeroBeta(c, s, schedule));
    }
    special.add("a first token gives γ v", AttentionIdentityCases::firstToken);
    anchored.add("reversing the keys changes the result", AttentionIdentityCases::orderMatters);
    anchored.add("β = 0: the order of keys is free", AttentionIdentityCases::orderIsFree);
    return List.of(schedules, special, anchored);
  }

  private static void schedulesAgree(CaseContext c, Samples s, float beta) {
    AttentionFixture f = AttentionFixture.draw(c, s, TOKENS);
    UpdateRule rule = new UpdateRule.Momentum(beta, 0.75);
    float[] recurrent = f.attend(AttentionFixture.spec(rule, new Schedule.Recurrent()));
    for (int length : new int[] {1, 2, 7, 16, 60, TOKENS, 1000}) {
      AttentionSpec chunked = AttentionFixture.spec(rule, new Schedule.Chunked(length));
      c.expect(
          "chunks of " + length + " against the recurrence",
          f.attend(chunked),
          f.same(recurrent, f.magnitude(rule)));
    }
    AttentionSpec automatic = AttentionFixture.spec(rule, new Schedule.Automatic());
    c.expect(
        "automatic against the recurrence",
        f.attend(automatic),
        f.same(recurrent, f.magnitude(rule)));
  }

  private static void zeroBeta(CaseContext c, Samples s, Schedule schedule) {
    AttentionFixture f = AttentionFixture.draw(c, s, TOKENS);
    UpdateRule linear = new UpdateRule.Additive();
    UpdateRule momentum = new UpdateRule.Momentum(0, 1);
    c.expect(
        "momentum attention without momentum against linear attention",
        f.attend(AttentionFixture.spec(momentum, schedule)),
        f.same(f.attend(AttentionFixture.spec(linear, schedule)), f.magnitude(linear)));
  }

  private static void linearInGamma(CaseContext c, Samples s, float beta) {
    AttentionFixture f = AttentionFixture.draw(c, s, TOKENS);
    float[] unit = f.attend(AttentionFixture.spec(new UpdateRule.Momentum(beta, 1)));
    for (double gamma : new double[] {0.125, 0.75, 3}) {
      UpdateRule rule = new UpdateRule.Momentum(beta, gamma);
      Array scaled = Samples.array(unit, f.outShape()).times(gamma);
      c.expect(
          "γ = " + gamma, f.attend(AttentionFixture.spec(rule)), f.same(scaled, f.magnitude(rule)));
    }
  }

  private static void prefix(CaseContext c, Samples s, float beta) {
    AttentionFixture f = AttentionFixture.draw(c, s, TOKENS);
    UpdateRule rule = new UpdateRule.Momentum(beta, 1);
    float[] whole = f.attend(AttentionFixture.spec(rule));
    for (int length : new int[] {1, 7, 37}) {
      AttentionFixture shorter = f.prefix(length);
      Array want = Samples.array(whole, f.outShape()).slice(1, 0, length);
      c.expect(
          "the first " + length + " tokens alone",
          shorter.attend(AttentionFixture.spec(rule)),
          shorter.same(want, shorter.magnitude(rule)));
      AttentionFixture changed = f.withLaterTokensChanged(s, length);
      Array found =
          Samples.array(changed.attend(AttentionFixture.spec(rule)), f.outShape())
              .slice(1, 0, length);
      c.expect(
          "the first " + length + " tokens before others",
          Samples.floats(found),
          shorter.same(want, shorter.magnitude(rule)));
    }
  }

  private static void firstToken(CaseContext c, Samples s) {
    AttentionFixture f = AttentionFixture.draw(c, s, 1);
    for (float beta : BETAS) {
      float[] out = f.attend(AttentionFixture.spec(new UpdateRule.Momentum(beta, 0.75)));
      Array want = f.inputs().values().times(0.75);
      // ε = 1e-6 against a key sum of at least 8 e⁻⁶ shows only where φ(q)·φ(k) is small.
      Array keySum =
          MomentumRecurrence.forward(
                  new AttentionInputs(
                      f.inputs().queries(),
                      f.inputs().keys(),
                      Array.filled(1, f.outShape()),
                      Visibility.causal()),
                  LinearKernel.normalised(AttentionFixture.EPSILON),
                  new Momentum(0, 1),
                  Padding.DECAY,
                  MomentumRecurrence.State.zero(f.inputs()))
              .out();
      c.expect("β = " + beta, out, f.same(want.times(keySum), want.abs()));
    }
  }

  private static void endAnchored(CaseContext c, Samples s, float beta) {
    AttentionFixture f = AttentionFixture.draw(c, s, TOKENS);
    Momentum momentum = new Momentum(beta, 0.9);
    LinearKernel kernel = LinearKernel.normalised(AttentionFixture.EPSILON);
    AttentionInputs inputs = f.inputs().with(Visibility.full());
    c.expect(
        "eq. 14",
        f.attendWeighted(momentum, f.inputs()),
        new Expected(
            MomentumAttention.nonCausal(inputs, kernel, momentum, Anchor.PADDED_LENGTH),
            WeightedAttention.forwardMagnitude(
                inputs,
                kernel,
                MomentumWeights.endAnchored(momentum, Anchor.PADDED_LENGTH, inputs)),
            f.roundings(),
            AttentionFixture.PRODUCTS));
  }

  private static void lastRow(CaseContext c, Samples s, float beta) {
    AttentionFixture f = AttentionFixture.draw(c, s, TOKENS);
    UpdateRule rule = new UpdateRule.Momentum(beta, 0.9);
    Array all = Samples.array(f.attendWeighted(new Momentum(beta, 0.9), f.inputs()), f.outShape());
    Array causal = Samples.array(f.attend(AttentionFixture.spec(rule)), f.outShape());
    Array magnitude = f.magnitude(rule).slice(1, TOKENS - 1, TOKENS);
    c.expect(
        "row N of the non-causal form against the causal one",
        Samples.floats(all.slice(1, TOKENS - 1, TOKENS)),
        f.same(causal.slice(1, TOKENS - 1, TOKENS), magnitude));
  }

  private static void orderMatters(CaseContext c, Samples s) {
    AttentionFixture f = AttentionFixture.draw(c, s, TOKENS);
    Momentum momentum = new Momentum(0.6f, 0.9);
    Array forwards = Samples.array(f.attendWeighted(momentum, f.inputs()), f.outShape());
    Array backwards = Samples.array(f.attendWeighted(momentum, f.keysReversed()), f.outShape());
    double change = forwards.minus(backwards).norm() / forwards.norm();
    c.check(change > 0.01, "reversing the keys changed the result only by " + change);
  }

  private static void orderIsFree(CaseContext c, Samples s) {
    AttentionFixture f = AttentionFixture.draw(c, s, TOKENS);
    Momentum momentum = new Momentum(0, 0.9);
    AttentionInputs inputs = f.inputs().with(Visibility.full());
    Array magnitude =
        WeightedAttention.forwardMagnitude(
            inputs,
            LinearKernel.normalised(AttentionFixture.EPSILON),
            MomentumWeights.endAnchored(momentum, Anchor.PADDED_LENGTH, inputs));
    c.expect(
        "keys reversed",
        f.attendWeighted(momentum, f.keysReversed()),
        f.same(f.attendWeighted(momentum, f.inputs()), magnitude));
  }
}
