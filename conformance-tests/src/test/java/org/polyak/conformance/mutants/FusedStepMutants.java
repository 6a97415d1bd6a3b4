package org.polyak.conformance.mutants;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.DropoutKernel;
import org.polyak.spi.fused.OptimizerKernel;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.spi.fused.OptimizerRule.Adam;
import org.polyak.spi.fused.OptimizerRule.GradientDescent;
import org.polyak.spi.fused.OptimizerRule.RectifiedAdam;
import org.polyak.spi.fused.ParameterUpdate;
import org.polyak.spi.fused.SquaredNormsKernel;
import org.polyak.spi.fused.Support;

/** Fused dropout and optimiser steps that do something else. */
final class FusedStepMutants {
  private FusedStepMutants() {}

  static List<Mutant> all() {
    return List.of(
        dropout(
            "dropout-unscaled",
            "What dropout keeps is not multiplied by 1/(1 − rate).",
            (host, good) ->
                (in, rate, seed, out) -> {
                  good.apply(in, rate, seed, out);
                  host.change(out, x -> (float) (x * (1 - rate)));
                },
            "FUSED-DROP-010",
            "FUSED-DROP-005",
            "FUSED-DROP-008"),
        dropout(
            "dropout-hash",
            "Dropout's hash mixes the seed in another way.",
            (host, good) -> (in, rate, seed, out) -> good.apply(in, rate, seed + 1, out),
            "FUSED-DROP-010",
            "FUSED-DROP-005",
            "FUSED-DROP-008"),
        dropout(
            "dropout-redrawn",
            "The backward pass draws other elements than the forward pass.",
            (host, good) ->
                new DropoutKernel() {
                  private int calls;

                  @Override
                  public void apply(Tensor in, double rate, int seed, Tensor out) {
                    good.apply(in, rate, seed + calls++ % 2, out);
                  }
                },
            "FUSED-DROP-010",
            "FUSED-DROP-005",
            "FUSED-DROP-008"),
        dropout(
            "dropout-repeats",
            "The element's index wraps at 2¹⁶, so that the mask repeats.",
            (host, good) ->
                (in, rate, seed, out) -> {
                  int n = Math.toIntExact(in.shape().size());
                  for (int from = 0; from < n; from += 1 << 16) {
                    int to = Math.min(n, from + (1 << 16));
                    good.apply(flat(in, from, to), rate, seed, flat(out, from, to));
                  }
                },
            // Only one case has that many elements.
            "FUSED-DROP-014"),
        rule(
            "rectification-left-out",
            "RAdam steps as Adam does.",
            rule ->
                rule instanceof RectifiedAdam r
                    ? new Adam(r.beta1(), r.beta2(), r.epsilon(), r.weightDecay(), r.decoupled())
                    : rule,
            "FUSED-OPT-030",
            "FUSED-OPT-028",
            "FUSED-OPT-033"),
        rule(
            "decay-coupled",
            "Decoupled weight decay goes through the gradient.",
            rule ->
                switch (rule) {
                  case Adam r ->
                      new Adam(r.beta1(), r.beta2(), r.epsilon(), r.weightDecay(), false);
                  case RectifiedAdam r -> withDecay(r, r.weightDecay(), false);
                  case GradientDescent r -> r;
                },
            "FUSED-OPT-036",
            "FUSED-OPT-039",
            "FUSED-OPT-034"),
        rule(
            "decay-ignored",
            "There is no weight decay.",
            rule ->
                switch (rule) {
                  case Adam r -> new Adam(r.beta1(), r.beta2(), r.epsilon(), 0, r.decoupled());
                  case RectifiedAdam r -> withDecay(r, 0, r.decoupled());
                  case GradientDescent r ->
                      new GradientDescent(r.momentum(), r.dampening(), r.nesterov(), 0);
                },
            "FUSED-OPT-006",
            "FUSED-OPT-004",
            "FUSED-OPT-005"),
        rule(
            "nesterov-ignored",
            "Nesterov's momentum is plain momentum.",
            rule ->
                rule instanceof GradientDescent r
                    ? new GradientDescent(r.momentum(), r.dampening(), false, r.weightDecay())
                    : rule,
            "FUSED-OPT-015",
            "FUSED-OPT-013",
            "FUSED-OPT-018"),
        rule(
            "moments-swapped",
            "β₁ and β₂ are swapped.",
            rule ->
                rule instanceof Adam r
                    ? new Adam(r.beta2(), r.beta1(), r.epsilon(), r.weightDecay(), r.decoupled())
                    : rule,
            "FUSED-OPT-019",
            "FUSED-OPT-020",
            "FUSED-OPT-021"),
        rule(
            "adam-epsilon-ignored",
            "Adam's ε counts as 0.",
            rule ->
                rule instanceof Adam r
                    ? new Adam(r.beta1(), r.beta2(), 0, r.weightDecay(), r.decoupled())
                    : rule,
            "FUSED-OPT-021",
            "FUSED-OPT-024",
            "FUSED-OPT-022"),
        optimizer(
            "bias-uncorrected",
            "The moments are not divided by 1 − βᵗ.",
            (host, good) -> (updates, rate, step) -> good.step(updates, rate, Long.MAX_VALUE),
            "FUSED-OPT-012",
            "FUSED-OPT-030",
            "FUSED-OPT-010"),
        optimizer(
            "steps-counted-from-two",
            "The first step counts as the second.",
            (host, good) -> (updates, rate, step) -> good.step(updates, rate, step + 1),
            "FUSED-OPT-012",
            "FUSED-OPT-030",
            "FUSED-OPT-021"),
        optimizer(
            "gradient-scale-ignored",
            "Gradient clipping has no effect.",
            (host, good) ->
                each(
                    good,
                    update ->
                        new ParameterUpdate(
                            update.parameter(), update.gradient(), null, update.state())),
            "FUSED-OPT-002",
            "FUSED-OPT-005",
            "FUSED-OPT-008"),
        optimizer(
            "large-parameter-cut",
            "An optimiser stops after 65,536 elements of a parameter.",
            (host, good) ->
                each(
                    good,
                    update -> {
                      int n = (int) Math.min(update.parameter().shape().size(), 1 << 16);
                      return new ParameterUpdate(
                          flat(update.parameter(), 0, n),
                          flat(update.gradient(), 0, n),
                          update.gradientScale(),
                          update.state().stream().map(part -> flat(part, 0, n)).toList());
                    }),
            // Only one case has a parameter that large.
            "FUSED-OPT-040"),
        optimizer(
            "optimizer-state-lost",
            "The state of an optimiser stays as it was.",
            (host, good) ->
                (updates, rate, step) -> {
                  try (Scope scope = host.backend().openScope("state")) {
                    each(
                            good,
                            update ->
                                new ParameterUpdate(
                                    update.parameter(),
                                    update.gradient(),
                                    update.gradientScale(),
                                    update.state().stream()
                                        .map(part -> host.changed(scope, part, x -> x))
                                        .toList()))
                        .step(updates, rate, step);
                  }
                },
            "FUSED-OPT-009",
            "FUSED-OPT-007",
            "FUSED-OPT-008"),
        optimizer(
            "many-parameters-cut",
            "An optimiser takes at most 32 parameters.",
            (host, good) ->
                (updates, rate, step) ->
                    good.step(updates.subList(0, Math.min(updates.size(), 32)), rate, step),
            "FUSED-OPT-041",
            "FUSED-OPT-042",
            "FUSED-OPT-043"),
        norms(
            "norms-turned",
            "The norms come in the reverse order.",
            good -> (tensors, norms) -> good.squaredNorms(tensors.reversed(), norms),
            "FUSED-NORMS-002",
            "FUSED-NORMS-003",
            "FUSED-NORMS-004"),
        norms(
            "large-norm-cut",
            "A norm covers at most 65,536 elements.",
            good ->
                (tensors, norms) ->
                    good.squaredNorms(
                        tensors.stream()
                            .map(x -> flat(x, 0, (int) Math.min(x.shape().size(), 1 << 16)))
                            .toList(),
                        norms),
            // Only one case has a tensor that large.
            "FUSED-NORMS-004"));
  }

  private static Mutant norms(
      String name, String bug, UnaryOperator<SquaredNormsKernel> broken, String... killers) {
    return Mutant.fused(
        name,
        bug,
        (host, fused) ->
            new DecoratedFusedKernels(fused) {
              @Override
              public Support<SquaredNormsKernel> squaredNorms() {
                return replaced(super.squaredNorms(), broken);
              }
            },
        killers);
  }

  private static OptimizerKernel each(OptimizerKernel good, UnaryOperator<ParameterUpdate> broken) {
    return (updates, rate, step) -> good.step(updates.stream().map(broken).toList(), rate, step);
  }

  private static RectifiedAdam withDecay(RectifiedAdam r, double decay, boolean decoupled) {
    return new RectifiedAdam(
        r.beta1(), r.beta2(), r.epsilon(), decay, decoupled, r.inclusiveThreshold());
  }

  private static Tensor flat(Tensor tensor, int from, int to) {
    return tensor.view(
        Layout.strided(Shape.of(to - from), new long[] {1}, tensor.layout().offset() + from));
  }

  private static Mutant dropout(
      String name,
      String bug,
      BiFunction<HostMemory, DropoutKernel, DropoutKernel> broken,
      String... killers) {
    return Mutant.fused(
        name,
        bug,
        (host, fused) -> {
          Support<DropoutKernel> support =
              DecoratedFusedKernels.replaced(fused.dropout(), good -> broken.apply(host, good));
          return new DecoratedFusedKernels(fused) {
            @Override
            public Support<DropoutKernel> dropout() {
              return support;
            }
          };
        },
        killers);
  }

  private static Mutant rule(
      String name, String bug, UnaryOperator<OptimizerRule> broken, String... killers) {
    return Mutant.fused(
        name,
        bug,
        (host, fused) ->
            new DecoratedFusedKernels(fused) {
              @Override
              public Support<OptimizerKernel> optimizer(OptimizerRule rule) {
                return super.optimizer(broken.apply(rule));
              }
            },
        killers);
  }

  private static Mutant optimizer(
      String name,
      String bug,
      BiFunction<HostMemory, OptimizerKernel, OptimizerKernel> broken,
      String... killers) {
    return Mutant.fused(
        name,
        bug,
        (host, fused) ->
            new DecoratedFusedKernels(fused) {
              @Override
              public Support<OptimizerKernel> optimizer(OptimizerRule rule) {
                return replaced(super.optimizer(rule), good -> broken.apply(host, good));
              }
            },
        killers);
  }
}
