package org.polyak.conformance.mutants;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.UpdateRule;

/** What goes wrong inside the recurrence of fused attention. */
final class AttentionForwardMutants {
  private AttentionForwardMutants() {}

  static List<Mutant> all() {
    return List.of(
        mutant(
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
        mutant(
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
        mutant(
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
        mutant(
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
        mutant(
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
        mutant(
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
        mutant(
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
        mutant(
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
        mutant(
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
        mutant(
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
        mutant(
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
        mutant(
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
        mutant(
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
        mutant(
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
        mutant(
            "epsilon-missing",
            "The denominator is the key sum alone.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  double denominator(double keySum, Head head) {
                    return spec.normaliser() instanceof Normaliser.KeySum
                        ? keySum
                        : super.denominator(keySum, head);
                  }
                },
            "ATT-FULL-015",
            "ATT-LIN-081",
            "ATT-MOM-117"),
        mutant(
            "epsilon-doubled",
            "ε is added to z and again to the denominator.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  double denominator(double keySum, Head head) {
                    return spec.normaliser() instanceof Normaliser.KeySum(double epsilon)
                        ? keySum + 2 * epsilon
                        : super.denominator(keySum, head);
                  }
                },
            "ATT-FULL-022",
            "ATT-LIN-091",
            "ATT-MOM-127"),
        mutant(
            "epsilon-as-maximum",
            "The denominator is max(key sum, ε), not key sum + ε.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  double denominator(double keySum, Head head) {
                    return spec.normaliser() instanceof Normaliser.KeySum(double epsilon)
                        ? Math.max(keySum, epsilon)
                        : super.denominator(keySum, head);
                  }
                },
            "ATT-FULL-022",
            "ATT-LIN-091",
            "ATT-MOM-127"),
        mutant(
            "root-of-real-keys",
            "√N counts the keys without padding.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  double denominator(double keySum, Head head) {
                    return spec.normaliser() instanceof Normaliser.SquareRootLength
                        ? Math.sqrt(Math.max(1, head.length()))
                        : super.denominator(keySum, head);
                  }
                },
            "ATT-LIN-098",
            "ATT-MOM-144",
            "ATT-FULL-026"),
        mutant(
            "root-of-queries",
            "√N counts queries, not keys.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  double denominator(double keySum, Head head) {
                    return spec.normaliser() instanceof Normaliser.SquareRootLength
                        ? Math.sqrt(head.queryCount())
                        : super.denominator(keySum, head);
                  }
                },
            "ATT-FULL-025",
            "ATT-FULL-026"),
        mutant(
            "feature-map-underflows",
            "elu(x) + 1 is computed as (eˣ − 1) + 1 in binary32, which loses small results.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  double phi(double x) {
                    double exact = super.phi(x);
                    return exact == x || x > 0 ? exact : ((float) exact - 1) + 1f;
                  }
                },
            "ATT-FULL-022",
            "ATT-LIN-091",
            "ATT-MOM-128"),
        mutant(
            "padding-attended",
            "Key lengths are ignored: padding counts as keys.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  int length(int[] lengths, int b, int heads) {
                    return Arrays.stream(lengths).max().orElse(0);
                  }
                },
            "ATT-FULL-015",
            "ATT-LIN-081",
            "ATT-MOM-117"),
        mutant(
            "key-length-off-by-one",
            "The last real key counts as padding.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  int length(int[] lengths, int b, int heads) {
                    return Math.max(0, lengths[b] - 1);
                  }
                },
            "ATT-FULL-015",
            "ATT-LIN-081",
            "ATT-MOM-117"),
        mutant(
            "key-lengths-by-head",
            "Key lengths are looked up by the index of batch and head, not of the batch.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  int length(int[] lengths, int b, int heads) {
                    return lengths[b * heads % lengths.length];
                  }
                },
            "ATT-FULL-015",
            "ATT-LIN-081",
            "ATT-MOM-117"),
        mutant(
            "freeze-decays",
            "Padding lets time go on although the specification stops it.",
            (host, spec) -> new RecurrentAttention(host, with(spec, Padding.DECAY)),
            "ATT-MOM-117",
            "ATT-MOM-075",
            "ATT-MOM-089"),
        mutant(
            "decay-freezes",
            "Padding stops time although the specification lets it go on.",
            (host, spec) -> new RecurrentAttention(host, with(spec, Padding.FREEZE)),
            "ATT-MOM-115",
            "ATT-MOM-073",
            "ATT-MOM-045"),
        mutant(
            "sums-in-bfloat16",
            "The memory S is kept in bfloat16 between tokens.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  void advance(HeadState state, Head head, int t) {
                    super.advance(state, head, t);
                    for (double[] row : state.s()) {
                      for (int v = 0; v < row.length; v++) {
                        row[v] = Rounding.bfloat16((float) row[v]);
                      }
                    }
                  }
                },
            "ATT-FULL-001",
            "ATT-LIN-071",
            "ID-EQ14-011"),
        mutant(
            "attention-in-tf32",
            "Queries and keys are rounded to TensorFloat-32 although the backend reports f32.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  double phi(double x) {
                    return Rounding.tensorFloat32((float) super.phi(x));
                  }
                },
            "ID-EQ14-011",
            "ATT-FULL-002",
            "ATT-LIN-077"),
        mutant(
            "gamma-ignored",
            "γ counts as 1.",
            (host, spec) -> new RecurrentAttention(host, withoutGamma(spec)),
            "ID-EQ14-002",
            "ID-MOM-003",
            "ATT-MOM-051"));
  }

  private static AttentionSpec with(AttentionSpec spec, Padding padding) {
    return new AttentionSpec(
        spec.featureMap(), spec.normaliser(), spec.rule(), spec.causal(), padding, spec.schedule());
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

  private static Mutant mutant(
      String name,
      String bug,
      BiFunction<HostMemory, AttentionSpec, AttentionKernel> kernel,
      String... killers) {
    return new Mutant(
        name,
        bug,
        GoodBackend.RECURRENCE,
        () -> RecurrentAttention.offeredBy(GoodBackend.CPU.open(), kernel),
        List.of(killers));
  }
}
