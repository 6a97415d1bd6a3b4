package org.polyak.conformance.mutants;

import java.util.List;
import java.util.function.BiFunction;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.CrossEntropyKernel;
import org.polyak.spi.fused.LogisticMixtureKernel;
import org.polyak.spi.fused.Support;

/** Fused losses that compute the wrong numbers. */
final class FusedLossMutants {
  private FusedLossMutants() {}

  static List<Mutant> all() {
    return List.of(
        crossEntropy(
            "label-smoothing-ignored",
            "λ counts as 0.",
            (host, good) ->
                new DecoratedFusedOperations.CrossEntropy(good) {
                  @Override
                  public void forward(
                      Tensor logits, Tensor targets, double labelSmoothing, Tensor losses) {
                    super.forward(logits, targets, 0, losses);
                  }
                },
            "FUSED-CE-016",
            "FUSED-CE-017",
            "FUSED-CE-018"),
        crossEntropy(
            "smoothing-without-the-target",
            "λ is spread over all classes but the target's, also in the gradient.",
            (host, good) ->
                new DecoratedFusedOperations.CrossEntropy(good) {
                  @Override
                  public void forward(
                      Tensor logits, Tensor targets, double labelSmoothing, Tensor losses) {
                    super.forward(logits, targets, spread(logits, labelSmoothing), losses);
                  }

                  @Override
                  public void backward(
                      Tensor logits,
                      Tensor targets,
                      double labelSmoothing,
                      Tensor lossGradients,
                      Tensor logitGradients) {
                    double spread = spread(logits, labelSmoothing);
                    super.backward(logits, targets, spread, lossGradients, logitGradients);
                  }

                  private static double spread(Tensor logits, double smoothing) {
                    int classes = logits.shape().dim(1);
                    return classes == 1 ? 0 : Math.min(0.999, smoothing * classes / (classes - 1));
                  }
                },
            "GRAD-015",
            "FUSED-CE-029"),
        crossEntropy(
            "ignored-rows-counted",
            "A row whose target is negative counts as if its target were class 0.",
            (host, good) ->
                new DecoratedFusedOperations.CrossEntropy(good) {
                  @Override
                  public void forward(
                      Tensor logits, Tensor targets, double labelSmoothing, Tensor losses) {
                    try (Scope scope = host.backend().openScope("targets")) {
                      super.forward(logits, counted(host, scope, targets), labelSmoothing, losses);
                    }
                  }
                },
            "FUSED-CE-028",
            "FUSED-CE-014",
            "FUSED-CE-003"),
        crossEntropy(
            "ignored-rows-have-gradients",
            "A row whose target is negative has loss 0, but a gradient.",
            (host, good) ->
                new DecoratedFusedOperations.CrossEntropy(good) {
                  @Override
                  public void backward(
                      Tensor logits,
                      Tensor targets,
                      double labelSmoothing,
                      Tensor lossGradients,
                      Tensor logitGradients) {
                    try (Scope scope = host.backend().openScope("targets")) {
                      super.backward(
                          logits,
                          counted(host, scope, targets),
                          labelSmoothing,
                          lossGradients,
                          logitGradients);
                    }
                  }
                },
            "FUSED-CE-015",
            "GRAD-015"),
        crossEntropy(
            "losses-overflow",
            "ln Σ eˣ is computed in binary32 without taking the largest logit off first.",
            (host, good) ->
                new DecoratedFusedOperations.CrossEntropy(good) {
                  @Override
                  public void forward(
                      Tensor logits, Tensor targets, double labelSmoothing, Tensor losses) {
                    super.forward(logits, targets, labelSmoothing, losses);
                    float[] x = host.floats(logits);
                    float[] loss = host.floats(losses);
                    for (int i = 0; i < x.length; i++) {
                      int row = i / logits.shape().dim(1);
                      loss[row] =
                          (float) Math.exp(x[i]) == Float.POSITIVE_INFINITY
                              ? Float.POSITIVE_INFINITY
                              : loss[row];
                    }
                    host.put(losses, loss);
                  }
                },
            "FUSED-CE-013",
            "FUSED-CE-012",
            "FUSED-CE-027"),
        logisticMixture(
            "edge-bins-closed",
            "The bins of the darkest and the brightest byte end, as inner ones do.",
            (host, good) ->
                new DecoratedFusedOperations.LogisticMixture(good) {
                  @Override
                  public void forward(Tensor parameters, Tensor targets, Tensor losses) {
                    try (Scope scope = host.backend().openScope("targets")) {
                      Tensor inner =
                          host.changed(
                              scope, targets, y -> Math.max(-0.9989f, Math.min(0.9989f, y)));
                      super.forward(parameters, inner, losses);
                    }
                  }
                },
            "FUSED-DMOL-002",
            "FUSED-DMOL-003",
            "FUSED-DMOL-004"),
        logisticMixture(
            "clamp-passes-gradient",
            "A log-scale below its clamp still gets a gradient.",
            (host, good) ->
                new DecoratedFusedOperations.LogisticMixture(good) {
                  @Override
                  public void backward(
                      Tensor parameters,
                      Tensor targets,
                      Tensor lossGradients,
                      Tensor parameterGradients) {
                    try (Scope scope = host.backend().openScope("scales")) {
                      Tensor raised = host.changed(scope, parameters, x -> x);
                      int width = parameters.shape().dim(1);
                      Tensor scales = raised.slice(1, width / 3 * 2, width);
                      host.change(scales, x -> Math.max(x, -6.9999995f));
                      super.backward(raised, targets, lossGradients, parameterGradients);
                    }
                  }
                },
            // Only one case has log-scales below the clamp.
            "FUSED-DMOL-011"));
  }

  private static Tensor counted(HostMemory host, Scope scope, Tensor targets) {
    int[] ids = host.integers(targets);
    for (int r = 0; r < ids.length; r++) {
      ids[r] = Math.max(0, ids[r]);
    }
    return host.integers(scope, ids);
  }

  private static Mutant crossEntropy(
      String name,
      String bug,
      BiFunction<HostMemory, CrossEntropyKernel, CrossEntropyKernel> broken,
      String... killers) {
    return Mutant.fused(
        name,
        bug,
        (host, fused) ->
            new DecoratedFusedKernels(fused) {
              @Override
              public Support<CrossEntropyKernel> softmaxCrossEntropy() {
                return replaced(super.softmaxCrossEntropy(), good -> broken.apply(host, good));
              }
            },
        killers);
  }

  private static Mutant logisticMixture(
      String name,
      String bug,
      BiFunction<HostMemory, LogisticMixtureKernel, LogisticMixtureKernel> broken,
      String... killers) {
    return Mutant.fused(
        name,
        bug,
        (host, fused) ->
            new DecoratedFusedKernels(fused) {
              @Override
              public Support<LogisticMixtureKernel> logisticMixture() {
                return replaced(super.logisticMixture(), good -> broken.apply(host, good));
              }
            },
        killers);
  }
}
