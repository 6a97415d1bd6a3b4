package org.polyak.opencl;

import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.SoftmaxAttentionKernel;
import org.polyak.spi.fused.UpdateRule;

/** Causal attention, feature map and normaliser included: sequences, and one step of generation. */
final class AttentionYardsticks {
  private static final UpdateRule MOMENTUM = new UpdateRule.Momentum(0.6, 0.5);
  private static final int[][] SEQUENCES = {
    {32, 2, 4096, 32}, {4, 8, 3072, 32}, {4, 8, 16384, 64}, {64, 8, 128, 32}, {32, 8, 784, 32}
  };
  private static final int[][] SOFTMAX_SEQUENCES = {
    {64, 8, 128, 32}, {32, 8, 784, 32}, {4, 8, 3072, 32}, {16, 8, 1024, 64}
  };

  private final Stopwatch stopwatch;

  AttentionYardsticks(Stopwatch stopwatch) {
    this.stopwatch = stopwatch;
  }

  void run() {
    for (int[] s : SEQUENCES) {
      linear(new UpdateRule.Additive(), s[0], s[1], s[2], s[3]);
      linear(MOMENTUM, s[0], s[1], s[2], s[3]);
    }
    for (int[] s : SOFTMAX_SEQUENCES) {
      softmax(s[0], s[1], s[2], s[3]);
    }
    for (int batch : new int[] {64, 1024, 4096}) {
      step(batch, 8, 32);
    }
  }

  private void linear(UpdateRule rule, int batch, int heads, int length, int dim) {
    AttentionKernel kernel = kernel(rule);
    try (Scope scope = stopwatch.scope()) {
      AttentionInputs inputs = projections(scope, batch, length, heads, dim);
      Tensor out = Stopwatch.empty(scope, batch, length, heads, dim);
      Tensor saved = scope.allocate(out.dtype(), kernel.savedShape(inputs));
      Tensor outGradient = stopwatch.random(scope, batch, length, heads, dim);
      AttentionGradients gradients = gradients(scope, batch, length, heads, dim);
      String name =
          "%-8s B%d H%d N%d D%d"
              .formatted(rule.getClass().getSimpleName(), batch, heads, length, dim);
      report(name + " forward", () -> kernel.forward(inputs, null, out, null, null));
      report(
          name + " both",
          () -> {
            kernel.forward(inputs, null, out, null, saved);
            kernel.backward(inputs, null, out, saved, outGradient, null, gradients);
          });
    }
  }

  private void softmax(int batch, int heads, int length, int dim) {
    SoftmaxAttentionKernel kernel = Stopwatch.require(stopwatch.fused().softmaxAttention());
    try (Scope scope = stopwatch.scope()) {
      AttentionInputs inputs = projections(scope, batch, length, heads, dim);
      Tensor out = Stopwatch.empty(scope, batch, length, heads, dim);
      Tensor logSumExp = Stopwatch.empty(scope, batch, length, heads);
      Tensor outGradient = stopwatch.random(scope, batch, length, heads, dim);
      AttentionGradients gradients = gradients(scope, batch, length, heads, dim);
      double scale = 1 / Math.sqrt(dim);
      String name = "Softmax  B%d H%d N%d D%d".formatted(batch, heads, length, dim);
      report(name + " forward", () -> kernel.forward(inputs, true, scale, out, logSumExp));
      report(
          name + " backward",
          () -> kernel.backward(inputs, true, scale, out, logSumExp, outGradient, gradients));
    }
  }

  /** One token of generation. */
  private void step(int batch, int heads, int dim) {
    AttentionKernel kernel = kernel(MOMENTUM);
    try (Scope scope = stopwatch.scope()) {
      AttentionInputs inputs = projections(scope, batch, 1, heads, dim);
      AttentionState state =
          new AttentionState(
              stopwatch.random(scope, batch, heads, dim, dim),
              stopwatch.random(scope, batch, heads, dim, dim),
              stopwatch.random(scope, batch, heads, dim));
      Tensor out = Stopwatch.empty(scope, batch, 1, heads, dim);
      report(
          "Momentum step B%d H%d D%d".formatted(batch, heads, dim),
          () -> kernel.forward(inputs, state, out, state, null));
    }
  }

  private AttentionInputs projections(Scope scope, int batch, int length, int heads, int dim) {
    return new AttentionInputs(
        stopwatch.random(scope, batch, length, heads, dim),
        stopwatch.random(scope, batch, length, heads, dim),
        stopwatch.random(scope, batch, length, heads, dim),
        null);
  }

  private static AttentionGradients gradients(
      Scope scope, int batch, int length, int heads, int dim) {
    return new AttentionGradients(
        Stopwatch.empty(scope, batch, length, heads, dim),
        Stopwatch.empty(scope, batch, length, heads, dim),
        Stopwatch.empty(scope, batch, length, heads, dim),
        null);
  }

  private AttentionKernel kernel(UpdateRule rule) {
    return Stopwatch.require(
        stopwatch
            .fused()
            .attention(
                new AttentionSpec(
                    FeatureMap.ELU_PLUS_ONE,
                    new Normaliser.KeySum(1e-6),
                    rule,
                    true,
                    Padding.FREEZE,
                    new Schedule.Automatic())));
  }

  private void report(String name, Runnable work) {
    Stopwatch.Times times = stopwatch.time(work);
    System.out.printf(
        "%-46s %8.1f us, alone %8.1f us%n", name, times.inARow() * 1e6, times.alone() * 1e6);
  }
}
