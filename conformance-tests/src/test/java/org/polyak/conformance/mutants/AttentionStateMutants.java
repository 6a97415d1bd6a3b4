package org.polyak.conformance.mutants;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.FeatureMap;

/** What goes wrong with carried states, and in the backward pass, of fused attention. */
final class AttentionStateMutants {
  private AttentionStateMutants() {}

  static List<Mutant> all() {
    return List.of(
        Mutant.attention(
            "m-and-s-swapped",
            "The last state has m where S belongs, and S where m belongs.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  HeadState stored(HeadState state) {
                    return new HeadState(state.s(), state.push(), state.z());
                  }
                },
            "ID-STREAM-011",
            "ATT-LIN-084",
            "ATT-MOM-120"),
        Mutant.attention(
            "momentum-sign",
            "The carried m has the sign of −m, on its way in and out.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  HeadState loaded(HeadState state) {
                    return negated(state);
                  }

                  @Override
                  HeadState stored(HeadState state) {
                    return negated(state);
                  }

                  private HeadState negated(HeadState state) {
                    HeadState copy = state.copy();
                    HeadState.scale(copy.push(), -1);
                    return copy;
                  }
                },
            "ATT-MOM-120",
            "GRAD-023"),
        Mutant.attention(
            "gamma-inside-momentum",
            "The carried m is γ m: no output shows it, only the state.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  HeadState loaded(HeadState state) {
                    return scaled(state, 1 / step());
                  }

                  @Override
                  HeadState stored(HeadState state) {
                    return scaled(state, step());
                  }

                  private HeadState scaled(HeadState state, double factor) {
                    HeadState copy = state.copy();
                    HeadState.scale(copy.push(), factor);
                    return copy;
                  }
                },
            "ATT-MOM-120",
            "GRAD-023"),
        Mutant.attention(
            "state-transposed",
            "The last S is written [V, K].",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  HeadState stored(HeadState state) {
                    HeadState result = state.copy();
                    int columns = state.s()[0].length;
                    for (int i = 0; i < state.s().length * columns; i++) {
                      int rows = state.s().length;
                      result.s()[i / columns][i % columns] = state.s()[i % rows][i / rows];
                    }
                    return result;
                  }
                },
            "ID-STREAM-011",
            "ATT-LIN-084",
            "ATT-MOM-120"),
        Mutant.attention(
            "initial-state-ignored",
            "Every call begins with zeros.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  HeadState loaded(HeadState state) {
                    return HeadState.zero(state.s().length, state.s()[0].length);
                  }
                },
            "ID-STREAM-011",
            "ATT-LIN-084",
            "GRAD-021"),
        Mutant.attention(
            "initial-key-sum-ignored",
            "A call takes S and m over, but begins with z = 0.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  HeadState loaded(HeadState state) {
                    return new HeadState(state.push(), state.s(), new double[state.z().length]);
                  }
                },
            "ID-STREAM-011",
            "ATT-LIN-085",
            "GRAD-021"),
        Mutant.attention(
            "last-state-cleared-first",
            "The last state is cleared before the initial one is read, which may be the same.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  public void forward(
                      AttentionInputs inputs,
                      @Nullable AttentionState initial,
                      Tensor out,
                      @Nullable AttentionState last,
                      @Nullable Tensor saved) {
                    if (last != null) {
                      host.change(last.memory(), x -> 0);
                    }
                    super.forward(inputs, initial, out, last, saved);
                  }
                },
            "ID-STREAM-012",
            "ID-STREAM-003",
            "ID-STREAM-009"),
        Mutant.attention(
            "state-kept-between-calls",
            "A kernel object that is used again begins where its last call ended.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  private @Nullable HeadState kept;

                  @Override
                  HeadState loaded(HeadState state) {
                    HeadState start = state.copy();
                    if (kept != null && kept.s().length == start.s().length) {
                      HeadState.add(start.s(), 1, kept.s());
                    }
                    return start;
                  }

                  @Override
                  HeadState stored(HeadState state) {
                    kept = state;
                    return state;
                  }
                },
            "ATT-FULL-001",
            "ATT-LIN-071",
            "ID-MOM-002"),
        Mutant.attention(
            "state-through-bfloat16",
            "The carried state is stored in bfloat16.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  HeadState stored(HeadState state) {
                    HeadState result = state.copy();
                    for (double[] row : result.s()) {
                      Arrays.setAll(row, v -> Rounding.bfloat16((float) row[v]));
                    }
                    return result;
                  }
                },
            "ID-STREAM-011",
            "ATT-LIN-084",
            "ATT-MOM-120"),
        Mutant.attention(
            "key-gradient-zero",
            "No gradient reaches the keys.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  void finished(Head.Gradients gradients) {
                    HeadState.scale(gradients.keys(), 0);
                  }
                },
            "ATT-FULL-002",
            "ATT-LIN-077",
            "GRAD-018"),
        Mutant.attention(
            "value-gradient-scaled",
            "The gradient of the values misses γ.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  void finished(Head.Gradients gradients) {
                    HeadState.scale(gradients.values(), 1 / step());
                  }
                },
            "ATT-MOM-051",
            "GRAD-021"),
        Mutant.attention(
            "gradient-without-normaliser",
            "The denominator counts as a constant in the backward pass.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  double denominatorGradient(double product) {
                    return 0;
                  }
                },
            "ATT-FULL-001",
            "ATT-LIN-071",
            "ATT-MOM-051"),
        Mutant.attention(
            "gradient-without-feature-map",
            "The backward pass forgets φ′ on the negative side.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  double slope(double x) {
                    return 1;
                  }
                },
            "ATT-FULL-002",
            "GRAD-018",
            "ATT-LIN-075"),
        Mutant.attention(
            "feature-map-slope-at-output",
            "φ′ is taken to be φ for positive x too.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  double slope(double x) {
                    return spec.featureMap() == FeatureMap.IDENTITY ? 1 : phi(x);
                  }
                },
            "ATT-FULL-002",
            "GRAD-018",
            "ATT-LIN-075"),
        Mutant.attention(
            "initial-gradient-missing",
            "The gradient of the initial state is written as zeros.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  void finished(Head.Gradients gradients) {
                    HeadState.scale(gradients.state().push(), 0);
                    HeadState.scale(gradients.state().s(), 0);
                    Arrays.fill(gradients.state().z(), 0);
                  }
                },
            "ATT-LIN-084",
            "GRAD-021",
            "ATT-MOM-120"),
        Mutant.attention(
            "initial-gradient-demanded",
            "The backward pass takes it for granted that an initial state wants a gradient.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  public void backward(
                      AttentionInputs inputs,
                      @Nullable AttentionState initial,
                      Tensor out,
                      Tensor saved,
                      Tensor outGradient,
                      @Nullable AttentionState lastGradient,
                      AttentionGradients gradients) {
                    super.backward(
                        inputs, initial, out, saved, outGradient, lastGradient, gradients);
                    if (initial != null) {
                      Objects.requireNonNull(gradients.initial(), "nowhere to write");
                    }
                  }
                },
            "ATT-LIN-100",
            "ATT-MOM-146"),
        Mutant.attention(
            "initial-momentum-gradient-late",
            "The gradient of the initial m misses its last factor β.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  void finished(Head.Gradients gradients) {
                    if (decay() > 0) {
                      HeadState.scale(gradients.state().push(), 1 / decay());
                    }
                  }
                },
            "ATT-MOM-120",
            "GRAD-023"),
        Mutant.attention(
            "last-gradient-ignored",
            "The gradient that comes in through the last state is dropped.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  HeadState lastGradient(HeadState gradient) {
                    return HeadState.zero(gradient.s().length, gradient.s()[0].length);
                  }
                },
            "ATT-LIN-084",
            "GRAD-021",
            "ATT-MOM-120"),
        Mutant.attention(
            "last-key-sum-gradient-ignored",
            "The gradient that comes in through the last z is dropped.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  HeadState lastGradient(HeadState gradient) {
                    return new HeadState(
                        gradient.push(), gradient.s(), new double[gradient.z().length]);
                  }
                },
            "ATT-LIN-085",
            "GRAD-021",
            "ATT-MOM-119"),
        Mutant.attention(
            "query-gradients-swapped",
            "Queries of the first token take the gradient of the last.",
            (host, spec) ->
                new RecurrentAttention(host, spec) {
                  @Override
                  void finished(Head.Gradients gradients) {
                    double[][] queries = gradients.queries();
                    double[] first = queries[0];
                    queries[0] = queries[queries.length - 1];
                    queries[queries.length - 1] = first;
                  }
                },
            "ATT-FULL-010",
            "ATT-LIN-077",
            "GRAD-018"));
  }
}
