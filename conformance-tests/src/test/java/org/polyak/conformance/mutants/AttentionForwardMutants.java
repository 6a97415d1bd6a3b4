package org.polyak.conformance.mutants;

import java.util.Arrays;
import java.util.List;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.UpdateRule;

/** What goes wrong inside the recurrence of fused attention. */
final class AttentionForwardMutants {
  private AttentionForwardMutants() {}

  static List<Mutant> all() {
    return List.of(
        Mutant.attention(
            "decay-dropped",
            "β is left out: m gathers all past tokens undiminished.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  double decay() {
                    return super.decay() > 0 ? 1 : 0;
                  }
                },
            "ID-EQ14-010",
            "ATT-MOM-113",
            "GRAD-023"),
        Mutant.attention(
            "momentum-dropped",
            "m is not carried from token to token: linear attention times γ.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  double decay() {
                    return 0;
                  }
                },
            "ID-EQ14-010",
            "ATT-MOM-113",
            "GRAD-023"),
        Mutant.attention(
            "momentum-dampened",
            "m is a running mean, as some optimisers have it: its new term is scaled by 1 − β.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  double step() {
                    return super.step() * (1 - decay());
                  }
                },
            "ID-MOM-017",
            "ATT-MOM-051",
            "ID-EQ14-010"),
        Mutant.attention(
            "step-squared",
            "γ is applied twice.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  double step() {
                    return super.step() * super.step();
                  }
                },
            "ID-EQ14-002",
            "ID-MOM-003",
            "ATT-MOM-051"),
        Mutant.attention(
            "reads-before-update",
            "Row t reads S of t − 1: it does not see its own token.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  int read(int t, int n) {
                    return spec.causal() ? t : n;
                  }
                },
            "ATT-LIN-071",
            "ID-EQ14-002",
            "ID-MOM-017"),
        Mutant.attention(
            "mask-off-by-one",
            "Row t reads S of t + 1: it sees the token that it should predict.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  int read(int t, int n) {
                    return Math.min(super.read(t, n) + 1, n);
                  }
                },
            "ID-MOM-002",
            "ATT-LIN-077",
            "ID-STREAM-011"),
        Mutant.attention(
            "never-causal",
            "The causal flag is ignored.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  int read(int t, int n) {
                    return n;
                  }
                },
            "ID-MOM-002",
            "ATT-LIN-077",
            "ID-STREAM-011"),
        Mutant.attention(
            "momentum-lost-between-chunks",
            "Every chunk begins with m = 0.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  void enterChunk(HeadState state) {
                    HeadState.scale(state.push(), 0);
                  }
                },
            "ID-SCHEDULE-006",
            "ID-STREAM-020",
            "ATT-MOM-045"),
        Mutant.attention(
            "memory-lost-between-chunks",
            "Every chunk begins with S = 0.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  void enterChunk(HeadState state) {
                    HeadState.scale(state.s(), 0);
                  }
                },
            "ID-SCHEDULE-001",
            "ID-EQ14-011",
            "ATT-LIN-059"),
        Mutant.attention(
            "key-sum-lost-between-chunks",
            "Every chunk begins with z = 0.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  void enterChunk(HeadState state) {
                    Arrays.fill(state.z(), 0);
                  }
                },
            "ID-SCHEDULE-001",
            "ID-EQ14-011",
            "ATT-LIN-059"),
        Mutant.attention(
            "chunk-edge-decays-twice",
            "m decays once more where a chunk begins.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  void enterChunk(HeadState state) {
                    HeadState.scale(state.push(), decay());
                  }
                },
            "ID-SCHEDULE-006",
            "ID-STREAM-020",
            "ATT-MOM-045"),
        Mutant.attention(
            "weights-anchored-at-the-end",
            "The causal form weighs key j by the distance from the end of the sequence (eq. 14),"
                + " not from row i (eq. 13).",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  void advance(HeadState state, Head head, int t) {
                    HeadState before = state.copy();
                    super.advance(state, head, t);
                    if (t < head.length() && decay() > 0) {
                      double weight = (1 - Math.pow(decay(), head.keyCount() - t)) / (1 - decay());
                      HeadState.add(state.s(), -1, state.s());
                      HeadState.add(state.s(), 1, before.s());
                      HeadState.addOuter(
                          state.s(), step() * weight, head.phiKeys()[t], head.values()[t]);
                    }
                  }
                },
            "ID-MOM-006",
            "ID-STREAM-023",
            "ATT-MOM-113"),
        Mutant.attention(
            "geometric-series-cancels",
            "Eq. 13's weight (1 − βⁿ)/(1 − β) is computed in binary32, where 1 − βⁿ cancels.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  void advance(HeadState state, Head head, int t) {
                    super.advance(state, head, t);
                    float beta = (float) decay();
                    for (int j = 0; j <= t && j < head.length(); j++) {
                      double exact = (1 - Math.pow(decay(), t - j + 1.0)) / (1 - decay());
                      float rounded = (1 - (float) Math.pow(beta, t - j + 1.0)) / (1 - beta);
                      float last = j == t ? 0 : (1 - (float) Math.pow(beta, t - j)) / (1 - beta);
                      double lastExact = (1 - Math.pow(decay(), t - j)) / (1 - decay());
                      double change = rounded - exact - (last - lastExact);
                      HeadState.addOuter(
                          state.s(), step() * change, head.phiKeys()[j], head.values()[j]);
                    }
                  }
                },
            "ID-EQ14-012",
            "ID-STREAM-035",
            "ATT-MOM-036"),
        Mutant.attention(
            "normaliser-with-momentum",
            "The key sum runs through the same recurrence as S.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  void addKey(HeadState state, Head head, int t) {
                    for (int j = 0; j <= t; j++) {
                      HeadState.add(
                          state.z(), step() * Math.pow(decay(), t - j), head.phiKeys()[j]);
                    }
                  }
                },
            "ID-EQ14-002",
            "ID-MOM-003",
            "ATT-MOM-051"),
        Mutant.attention(
            "gamma-ignored",
            "γ counts as 1.",
            (host, spec) -> new RecurrentAttention(host, withoutGamma(spec)),
            "ID-EQ14-002",
            "ID-MOM-003",
            "ATT-MOM-051"));
  }

  private static AttentionSpec withoutGamma(AttentionSpec spec) {
    return spec.rule() instanceof UpdateRule.Momentum(double beta, double gamma)
        ? new AttentionSpec(
            spec.featureMap(),
            spec.normaliser(),
            new UpdateRule.Momentum(beta, 1),
            spec.causal(),
            spec.padding(),
            spec.schedule())
        : spec;
  }
}
