package org.polyak.conformance.fused;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Differentiated;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Family;
import org.polyak.conformance.Rounded;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.Linear;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.BiasActivationKernel;

/** A bias and a point-wise non-linearity, forward and backward; alone and after a product. */
public final class ActivationCases {
  private static final int[][] SHAPES = {{1, 1}, {3, 7}, {5, 16}, {4, 31}, {33, 33}, {2, 130}};

  private ActivationCases() {}

  /** The families. */
  public static List<Family> families() {
    List<Family> families = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      Family family =
          new Family(
              "FUSED-BIAS-" + activation,
              Chapter.FUSED,
              new Definition("out = f(x + bias), f = " + activation, "BiasActivationKernel"));
      for (int[] shape : SHAPES) {
        family.add(
            "%d rows of %d".formatted(shape[0], shape[1]),
            (c, s) ->
                run(c, activation, s.normal(shape[0] * shape[1], 2), s.normal(shape[1], 1), shape));
      }
      family.add(
          "large arguments",
          (c, s) ->
              run(c, activation, s.uniform(4 * 33, -30, 30), s.normal(33, 1), new int[] {4, 33}));
      family.add(
          "sums that are exactly 0",
          (c, s) ->
              run(
                  c,
                  activation,
                  new float[] {1, -2, 3, -1, 2, -3},
                  new float[] {-1, 2, -3},
                  new int[] {2, 3}));
      if (activation != Activation.GELU) { // whose oracle takes seconds for so many
        int[] many = {70_001, 3};
        family.add(
            "70,001 rows",
            (c, s) -> run(c, activation, s.normal(70_001 * 3, 2), s.normal(3, 1), many));
      }
      families.add(family);
    }
    return families;
  }

  /**
   * The product with the identity matrix leaves x as it is: its only non-zero term is exact, as x
   * holds only numbers that can be factors.
   */
  private static void run(
      CaseContext c, Activation activation, float[] values, float[] biases, int[] shape) {
    int rows = shape[0];
    int width = shape[1];
    Array x = Samples.array(values, rows, width).map(v -> c.precision().nearest((float) v));
    Array bias = Samples.array(biases, width);
    Array cotangent = Samples.array(new Samples("cotangent").normal(rows * width, 1), rows, width);
    Array unit = Array.zeros(width, width);
    for (int e = 0; e < width; e++) {
      unit.set(1, e, e);
    }
    Analysis analysis = new Analysis(activation, x, bias, cotangent);
    Differentiated found =
        Differentiated.of(
            c,
            List.of(x, unit, bias),
            List.of(cotangent),
            (ops, in) -> List.of(ops.linear(in.get(0), in.get(1), in.get(2), activation, 0)));
    c.expect("out", found.result(), analysis.out);
    Array want = analysis.xGradient.values();
    c.expect("gradient of x", found.gradients().get(0), analysis.xGradient.through(1, want.abs()));
    c.expect("gradient of bias", found.gradients().get(2), analysis.biasGradient);
    c.expect(
        "gradient of weight",
        found.gradients().get(1),
        new Expected(
                Linear.backward(x, unit, want).weight(),
                Linear.backward(x.abs(), unit, analysis.gradientMagnitude()).weight(),
                rows + 1)
            .through(1, Linear.backward(x.abs(), unit, want.abs()).weight()));
    @Nullable BiasActivationKernel kernel =
        c.kernel(c.backend().fused().biasActivation(activation));
    if (kernel != null) {
      inGuardedMemory(c, kernel, activation, x, bias, cotangent, analysis);
    }
  }

  private static void inGuardedMemory(
      CaseContext c,
      BiasActivationKernel kernel,
      Activation activation,
      Array x,
      Array bias,
      Array cotangent,
      Analysis analysis) {
    int[] shape = x.shape();
    int width = shape[1];
    Tensor in = c.memory().input("in", Samples.floats(x), Placement.OFFSET, shape);
    Tensor biases = c.memory().input("bias", Samples.floats(bias), Placement.OFFSET, width);
    Tensor out = c.memory().output("out", Placement.OFFSET, shape);
    kernel.forward(in, biases, out);
    c.expect("fused out", c.memory().floats(out), analysis.out);
    if (activation == Activation.IDENTITY) {
      Tensor both = c.memory().update("in and out", Samples.floats(x), Placement.OFFSET, shape);
      kernel.forward(both, biases, both);
      c.expect("fused out in place", c.memory().floats(both), analysis.out);
    }
    float[] dy = Samples.floats(cotangent);
    Tensor outGradient = c.memory().input("out gradient", dy, Placement.OFFSET, shape);
    Tensor forX = c.memory().output("gradient of x", Placement.OFFSET, shape);
    Tensor forBias = c.memory().output("gradient of bias", Placement.OFFSET, width);
    kernel.backward(in, biases, outGradient, forX, forBias);
    c.expect("fused gradient of x", c.memory().floats(forX), analysis.xGradient);
    c.expect("fused gradient of bias", c.memory().floats(forBias), analysis.biasGradient);
    Tensor inPlace = c.memory().update("gradients", dy, Placement.OFFSET, shape);
    Tensor again = c.memory().output("gradient of bias again", Placement.OFFSET, width);
    kernel.backward(in, biases, inPlace, inPlace, again);
    c.expect("fused gradient of x in place", c.memory().floats(inPlace), analysis.xGradient);
  }

  /** Values and errors; f and f′ as the formulas of {@link Activation} state them. */
  private static final class Analysis {
    private static final Rounded ONE = Rounded.exact(1);

    private final Expected out;
    private final Expected xGradient;
    private final Expected biasGradient;

    Analysis(Activation activation, Array x, Array bias, Array cotangent) {
      int width = bias.size();
      org.polyak.conformance.oracle.Activation oracle =
          org.polyak.conformance.oracle.Activation.valueOf(activation.name());
      Array sums = Array.zerosLike(x);
      Array outErrors = Array.zerosLike(x);
      Array xErrors = Array.zerosLike(x);
      List<List<Rounded>> columns = new ArrayList<>();
      for (int i = 0; i < x.size(); i++) {
        Rounded sum = Rounded.exact(x.data()[i]).plus(Rounded.exact(bias.data()[i % width]));
        Rounded slope = slope(activation, sum).times(Rounded.exact(cotangent.data()[i]));
        sums.data()[i] = sum.value();
        outErrors.data()[i] = apply(activation, sum).error();
        xErrors.data()[i] = slope.error();
        if (i < width) {
          columns.add(new ArrayList<>());
        }
        columns.get(i % width).add(slope);
      }
      Array gradient = oracle.backward(sums, cotangent);
      out = Expected.analysed(oracle.forward(sums), outErrors);
      xGradient = Expected.analysed(gradient, xErrors);
      Array total = Array.zeros(width);
      Array totalErrors = Array.zeros(width);
      for (int e = 0; e < width; e++) {
        Rounded sum = Rounded.sum(columns.get(e));
        total.set(sum.value(), e);
        totalErrors.set(sum.error(), e);
      }
      biasGradient = Expected.analysed(total, totalErrors);
    }

    /** |gradient of x| with its error, which a further sum amplifies. */
    Array gradientMagnitude() {
      return xGradient.values().abs().plus(xGradient.magnitudes());
    }

    private static Rounded apply(Activation activation, Rounded x) {
      return switch (activation) {
        case IDENTITY -> x;
        case RELU -> x.value() > 0 ? x : Rounded.exact(0);
        case GELU -> x.times(x.normalDistribution());
        case SILU -> x.times(x.sigmoid());
      };
    }

    private static Rounded slope(Activation activation, Rounded x) {
      return switch (activation) {
        case IDENTITY -> ONE;
        case RELU -> x.value() > 0 ? ONE : Rounded.exact(0);
        case GELU -> x.normalDistribution().plus(x.times(x.normalDensity()));
        case SILU -> {
          Rounded y = x.sigmoid();
          yield y.plus(x.times(y.minus(y.times(y))));
        }
      };
    }
  }
}
