package org.polyak.conformance.mutants;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Layout;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;

/** What goes wrong with normaliser, padding and precision of fused attention. */
final class AttentionKernelMutants {
  private AttentionKernelMutants() {}

  static List<Mutant> all() {
    return List.of(
        Mutant.attention(
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
        Mutant.attention(
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
        Mutant.attention(
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
        Mutant.attention(
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
        Mutant.attention(
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
        Mutant.attention(
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
        Mutant.attention(
            "token-stride-ignored",
            "Queries are read as if neighbouring tokens of a sequence touched in memory.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  public void forward(
                      AttentionInputs inputs,
                      @Nullable AttentionState initial,
                      Tensor out,
                      @Nullable AttentionState last,
                      @Nullable Tensor saved) {
                    Tensor queries = inputs.queries();
                    long[] dense = Layout.contiguous(queries.shape()).strides();
                    long offset = queries.layout().offset();
                    Tensor read = queries.view(Layout.strided(queries.shape(), dense, offset));
                    super.forward(
                        new AttentionInputs(
                            read, inputs.keys(), inputs.values(), inputs.keyLengths()),
                        initial,
                        out,
                        last,
                        saved);
                  }
                },
            "ATT-FULL-003",
            "ATT-LIN-071",
            "ATT-MOM-051"),
        Mutant.attention(
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
        Mutant.attention(
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
        Mutant.attention(
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
        Mutant.attention(
            "freeze-decays",
            "Padding lets time go on although the specification stops it.",
            (host, spec) -> new RecurrentAttention(host, with(spec, Padding.DECAY)),
            "ATT-MOM-117",
            "ATT-MOM-075",
            "ATT-MOM-089"),
        Mutant.attention(
            "decay-freezes",
            "Padding stops time although the specification lets it go on.",
            (host, spec) -> new RecurrentAttention(host, with(spec, Padding.FREEZE)),
            "ATT-MOM-115",
            "ATT-MOM-073",
            "ATT-MOM-045"),
        Mutant.attention(
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
        Mutant.attention(
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
            "ATT-LIN-077"));
  }

  private static AttentionSpec with(AttentionSpec spec, Padding padding) {
    return new AttentionSpec(
        spec.featureMap(), spec.normaliser(), spec.rule(), spec.causal(), padding, spec.schedule());
  }
}
