package org.polyak.conformance.fused;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Differentiated;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.LayerNormKernel;

/** Layer normalisation, forward and backward. */
public final class LayerNormCases {
  private static final int[][] SHAPES = {
    {1, 1}, {3, 2}, {7, 7}, {5, 16}, {4, 31}, {3, 33}, {2, 64}, {2, 65}, {3, 130}, {1000, 3},
    {17, 257}, {1, 1024}
  };

  /** Inputs are normal numbers times a scale, plus an offset. */
  private record Trial(
      int rows, int width, double scale, double offset, double epsilon, boolean biased) {}

  private LayerNormCases() {}

  /** The families. */
  public static List<Family> families() {
    Family family =
        new Family(
            "FUSED-LN",
            Chapter.FUSED,
            new Definition(
                "out = gain ∘ (x − mean)/√(variance + ε) + bias, biased variance",
                "LayerNormKernel"));
    for (int[] shape : SHAPES) {
      trial(
          family,
          "%d rows of %d".formatted(shape[0], shape[1]),
          new Trial(shape[0], shape[1], 1, 0, 1e-5, true));
    }
    trial(family, "without bias", new Trial(5, 33, 1, 0, 1e-5, false));
    trial(family, "offset 1000 times the deviation", new Trial(5, 64, 1, 1000, 1e-5, true));
    trial(family, "offset 10⁵ times the deviation", new Trial(5, 40, 0.01, 1000, 1e-12, true));
    trial(family, "variance far below ε", new Trial(5, 33, 1e-20, 0, 1e-5, true));
    trial(family, "variance about ε", new Trial(5, 33, 3e-3, 0, 1e-5, true));
    trial(family, "huge values", new Trial(5, 33, 1e15, 0, 1e-5, true));
    trial(family, "tiny ε", new Trial(5, 33, 1e-6, 0, 1e-12, true));
    trial(family, "constant rows", new Trial(4, 32, 0, 2, 1e-5, true));
    trial(family, "70,001 rows", new Trial(70_001, 2, 1, 0, 1e-5, true));
    return List.of(family);
  }

  private static void trial(Family family, String title, Trial trial) {
    family.add(title, (c, s) -> run(c, s, trial));
  }

  private static void run(CaseContext c, Samples s, Trial trial) {
    int rows = trial.rows();
    int width = trial.width();
    Array x =
        Samples.array(s.normal(rows * width, 1), rows, width)
            .map(v -> (float) (trial.offset() + trial.scale() * v));
    Array gain = Samples.array(s.normal(width, 1), width);
    @Nullable Array bias = trial.biased() ? Samples.array(s.normal(width, 1), width) : null;
    Array cotangent = Samples.array(s.normal(rows * width, 1), rows, width);
    LayerNormAnalysis analysis = new LayerNormAnalysis(x, gain, bias, trial.epsilon(), cotangent);

    Differentiated found =
        Differentiated.of(
            c,
            bias == null ? List.of(x, gain) : List.of(x, gain, bias),
            List.of(cotangent),
            (ops, in) ->
                List.of(
                    ops.layerNorm(
                        in.get(0), in.get(1), in.size() > 2 ? in.get(2) : null, trial.epsilon())));
    c.expect("out", found.result(), analysis.out());
    c.expect("gradient of x", found.gradients().get(0), analysis.xGradient());
    c.expect("gradient of gain", found.gradients().get(1), analysis.gainGradient());
    if (bias != null) {
      c.expect("gradient of bias", found.gradients().get(2), analysis.biasGradient());
    }
    @Nullable LayerNormKernel kernel = c.kernel(c.backend().fused().layerNorm());
    if (kernel != null) {
      inGuardedMemory(c, kernel, trial, x, gain, bias, cotangent, analysis);
    }
  }

  private static void inGuardedMemory(
      CaseContext c,
      LayerNormKernel kernel,
      Trial trial,
      Array x,
      Array gain,
      @Nullable Array bias,
      Array cotangent,
      LayerNormAnalysis analysis) {
    int rows = trial.rows();
    int width = trial.width();
    Tensor in = c.memory().input("in", Samples.floats(x), Placement.OFFSET, rows, width);
    Tensor gains = c.memory().input("gain", Samples.floats(gain), Placement.OFFSET, width);
    @Nullable Tensor biases =
        bias == null
            ? null
            : c.memory().input("bias", Samples.floats(bias), Placement.OFFSET, width);
    Tensor unsaved = c.memory().output("out without saving", Placement.OFFSET, rows, width);
    kernel.forward(in, gains, biases, trial.epsilon(), unsaved, null);
    c.expect("fused out without saving", c.memory().floats(unsaved), analysis.out());
    Tensor out = c.memory().output("out", Placement.OFFSET, rows, width);
    Tensor saved = c.memory().output("saved", Placement.OFFSET, rows, 2);
    kernel.forward(in, gains, biases, trial.epsilon(), out, saved);
    c.expect("fused out", c.memory().floats(out), analysis.out());
    c.expect("fused saved", c.memory().floats(saved), analysis.saved());
    Tensor outGradient =
        c.memory().input("out gradient", Samples.floats(cotangent), Placement.OFFSET, rows, width);
    Tensor forX = c.memory().output("gradient of x", Placement.OFFSET, rows, width);
    Tensor forGain = c.memory().output("gradient of gain", Placement.OFFSET, width);
    @Nullable Tensor forBias =
        bias == null ? null : c.memory().output("gradient of bias", Placement.OFFSET, width);
    kernel.backward(in, gains, saved, outGradient, forX, forGain, forBias);
    c.expect("fused gradient of x", c.memory().floats(forX), analysis.xGradient());
    c.expect("fused gradient of gain", c.memory().floats(forGain), analysis.gainGradient());
    if (forBias != null) {
      c.expect("fused gradient of bias", c.memory().floats(forBias), analysis.biasGradient());
    }
  }
}
