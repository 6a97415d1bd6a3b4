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
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.LinearAlgebra;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.DropoutHash;
import org.polyak.spi.fused.DropoutMask;
import org.polyak.spi.fused.LinearKernel;

/**
 * Linear layers with their bias, activation and dropout: forward and backward, alone and through
 * nn.
 */
public final class LinearCases {
  /** Rows, inputs, outputs. */
  private static final int[][] SHAPES = {
    {1, 1, 1},
    {3, 7, 5},
    {5, 16, 16},
    {4, 33, 31},
    {33, 31, 33},
    {1, 64, 260},
    {17, 64, 130},
    {65, 130, 64},
    {130, 128, 128},
    {2, 3000, 9},
    {36, 2048, 40},
    {257, 20, 7}
  };

  /** The same, of layers with dropout. */
  private static final int[][] DROPPED = {{1, 1, 1}, {33, 31, 33}, {130, 128, 128}, {36, 2048, 40}};

  private static final double RATE = 0.3;

  private LinearCases() {}

  /** The families. */
  public static List<Family> families() {
    List<Family> families = new ArrayList<>();
    for (Activation activation : List.of(Activation.IDENTITY, Activation.RELU)) {
      Family family =
          new Family(
              "FUSED-LINEAR-" + activation,
              Chapter.FUSED,
              new Definition("out = d(f(in·weightᵀ + bias)), f = " + activation, "LinearKernel"));
      for (int[] shape : SHAPES) {
        family.add(
            "%d rows of %d to %d".formatted(shape[0], shape[1], shape[2]),
            (c, s) -> Layer.drawn(c, s, activation, shape[0], shape[1], shape[2]).run(c));
      }
      family
          .add("70,001 rows", (c, s) -> Layer.drawn(c, s, activation, 70_001, 3, 4).run(c))
          .add("sums that are exactly 0", (c, s) -> zeros(activation).run(c))
          .add(
              "factors that are transposed views",
              (c, s) -> Layer.drawn(c, s, activation, 19, 37, 23).runTransposed(c))
          .add("no inputs leave the bias", (c, s) -> Layer.drawn(c, s, activation, 5, 0, 7).run(c))
          .add("no rows", (c, s) -> noRows(c, s, activation))
          .add(
              "NaN and infinity reach their row and column only",
              (c, s) -> special(c, s, activation))
          .add("the same bits every time", (c, s) -> repeatable(c, s, activation));
      for (int[] shape : DROPPED) {
        DropoutMask mask = new DropoutMask(RATE, shape[0]);
        family.add(
            "dropout, %d rows of %d to %d".formatted(shape[0], shape[1], shape[2]),
            (c, s) -> Layer.drawn(c, s, activation, mask, shape[0], shape[1], shape[2]).run(c));
      }
      families.add(family);
    }
    return families;
  }

  /** Small integers, which no precision rounds: some sums are 0. */
  private static Layer zeros(Activation activation) {
    return new Layer(
        activation,
        DropoutMask.NONE,
        Array.of(new double[] {1, 2, -3, 2, -1, 1}, 2, 3),
        Array.of(new double[] {1, 1, 1, 2, -1, 1, 1, 0, 0, 0, 1, 0}, 4, 3),
        Array.of(new double[] {0, 3, 1, -2}, 4),
        Array.of(new double[] {5, 7, 11, 13, 17, 19, 23, 29}, 2, 4));
  }

  private static void noRows(CaseContext c, Samples s, Activation activation) {
    Array in = Array.zeros(0, 6);
    Array weight = Samples.array(s.normal(7 * 6, 1), 7, 6);
    Array bias = Samples.array(s.normal(7, 1), 7);
    Layer layer = new Layer(activation, DropoutMask.NONE, in, weight, bias, Array.zeros(0, 7));
    Differentiated found = layer.throughOps(c);
    c.check(found.result().length == 0, "no rows gave a result");
    c.expect("gradient of weight", found.gradients().get(1), Expected.exact(Array.zeros(7, 6)));
    c.expect("gradient of bias", found.gradients().get(2), Expected.exact(Array.zeros(7)));
  }

  /** Where the sums are neither NaN nor infinite, they are positive. */
  private static void special(CaseContext c, Samples s, Activation activation) {
    for (float marked : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] in = s.uniform(19 * 21, 0.5, 1);
      in[7 * 21 + 20] = marked;
      float[] weight = s.uniform(38 * 21, 0.5, 1);
      weight[17 * 21 + 3] = marked;
      float[] bias = s.uniform(38, 0.5, 1);
      bias[36] = marked;
      Layer layer =
          new Layer(
              activation,
              DropoutMask.NONE,
              Samples.array(in, 19, 21),
              Samples.array(weight, 38, 21),
              Samples.array(bias, 38),
              Array.zeros(19, 38));
      c.expect("out", layer.throughOps(c).result(), layer.out());
    }
  }

  private static void repeatable(CaseContext c, Samples s, Activation activation) {
    Layer layer = Layer.drawn(c, s, activation, 1030, 600, 70);
    Differentiated first = layer.throughOps(c);
    Differentiated second = layer.throughOps(c);
    c.expectSameBits("out", second.result(), first.result());
    for (int i = 0; i < first.gradients().size(); i++) {
      c.expectSameBits("gradient " + i, second.gradients().get(i), first.gradients().get(i));
    }
  }

  /**
   * One layer and its arguments.
   *
   * @param activation the identity or ReLU
   * @param dropout what follows it
   * @param in {@code [R, I]}
   * @param weight {@code [O, I]}
   * @param bias {@code [O]}
   * @param cotangent {@code [R, O]}
   */
  private record Layer(
      Activation activation,
      DropoutMask dropout,
      Array in,
      Array weight,
      Array bias,
      Array cotangent) {

    /**
     * With random numbers. The cotangent is 0 where rounding could decide the sign of a sum, and
     * with it ReLU's slope.
     */
    static Layer drawn(
        CaseContext c, Samples s, Activation activation, int rows, int inputs, int outputs) {
      return drawn(c, s, activation, DropoutMask.NONE, rows, inputs, outputs);
    }

    static Layer drawn(
        CaseContext c,
        Samples s,
        Activation activation,
        DropoutMask dropout,
        int rows,
        int inputs,
        int outputs) {
      Array in = Samples.array(s.normal(rows * inputs, 1), rows, inputs);
      Array weight = Samples.array(s.normal(outputs * inputs, 1), outputs, inputs);
      Array bias = Samples.array(s.normal(outputs, 1), outputs);
      Array cotangent = Samples.array(s.normal(rows * outputs, 1), rows, outputs);
      Layer layer = new Layer(activation, dropout, in, weight, bias, cotangent);
      if (activation == Activation.RELU) {
        Expected out = layer.out();
        Array sums = sums(in, weight, bias);
        for (int i = 0; i < sums.size(); i++) {
          boolean decided = Math.abs(sums.data()[i]) > c.errors().bound(out, i);
          cotangent.data()[i] = decided ? cotangent.data()[i] : 0;
        }
      }
      return layer;
    }

    /** Through nn, and alone where it is offered. */
    void run(CaseContext c) {
      expect(c, throughOps(c));
      @Nullable LinearKernel kernel = c.kernel(c.backend().fused().linear(activation));
      if (kernel != null) {
        inGuardedMemory(c, kernel, Placement.DENSE, Placement.DENSE);
        inGuardedMemory(c, kernel, Placement.DENSE, Placement.OFFSET);
        inGuardedMemory(c, kernel, Placement.OFFSET, Placement.DENSE);
      }
    }

    /** Through nn, from what lies in memory the other way round. */
    void runTransposed(CaseContext c) {
      Differentiated found =
          Differentiated.of(
              c,
              List.of(LinearAlgebra.transpose(in), LinearAlgebra.transpose(weight), bias),
              List.of(cotangent),
              (ops, x) ->
                  List.of(
                      ops.linear(
                          ops.transpose(x.get(0), 0, 1),
                          ops.transpose(x.get(1), 0, 1),
                          x.get(2),
                          activation,
                          0)));
      c.expect("out", found.result(), out());
      c.expect("gradient of in", found.gradients().get(0), transposed(inGradient()));
      c.expect("gradient of weight", found.gradients().get(1), transposed(weightGradient()));
      c.expect("gradient of bias", found.gradients().get(2), biasGradient());
    }

    Differentiated throughOps(CaseContext c) {
      return Differentiated.dropping(
          c,
          dropout.seed(),
          List.of(in, weight, bias),
          List.of(cotangent),
          (ops, x) ->
              List.of(ops.linear(x.get(0), x.get(1), x.get(2), activation, dropout.rate())));
    }

    private void expect(CaseContext c, Differentiated found) {
      c.expect("out", found.result(), out());
      c.expect("gradient of in", found.gradients().get(0), inGradient());
      c.expect("gradient of weight", found.gradients().get(1), weightGradient());
      c.expect("gradient of bias", found.gradients().get(2), biasGradient());
    }

    /** With the factors of the product and all else placed in two ways. */
    private void inGuardedMemory(
        CaseContext c, LinearKernel kernel, Placement factors, Placement others) {
      int[] shape = cotangent.shape();
      Tensor result = c.memory().output("out", others, shape);
      kernel.forward(
          c.memory().input("in", Samples.floats(in), factors, in.shape()),
          c.memory().input("weight", Samples.floats(weight), factors, weight.shape()),
          c.memory().input("bias", Samples.floats(bias), others, bias.size()),
          dropout,
          result);
      c.expect("fused out", c.memory().floats(result), out());
      float[] values = Samples.floats(out().values());
      Tensor dy = c.memory().input("out gradient", Samples.floats(cotangent), factors, shape);
      Tensor product =
          activation == Activation.IDENTITY && !dropout.drops()
              ? dy
              : c.memory().output("product gradient", factors, shape);
      Tensor forBias = c.memory().output("bias gradient", others, bias.size());
      Tensor given = c.memory().input("result", values, others, shape);
      kernel.backward(given, dropout, dy, product, forBias);
      c.expect(
          "fused product gradient", c.memory().floats(product), Expected.exact(productGradient()));
      c.expect("fused gradient of bias", c.memory().floats(forBias), biasGradient());
    }

    /**
     * I products and as many additions, and dropout's product; ReLU brings an error no further from
     * 0.
     */
    private Expected out() {
      Array values = sums(in, weight, bias);
      Array products = LinearAlgebra.matmulMagnitude(in, LinearAlgebra.transpose(weight));
      return new Expected(
              kept(activation == Activation.RELU ? values.map(v -> v < 0 ? 0 : v) : values),
              kept(plusEachRow(products, bias.abs())),
              in.extent(1) + (dropout.drops() ? 2 : 1))
          .through(1, kept(products));
    }

    /** What dropout leaves. */
    private Array kept(Array values) {
      Array left = Array.zerosLike(values);
      double factor = (float) (1 / (1 - dropout.rate()));
      for (int i = 0; i < left.size(); i++) {
        boolean stays = DropoutHash.uniform(dropout.seed(), i) >= dropout.rate();
        left.data()[i] = stays ? values.data()[i] * factor : 0;
      }
      return left;
    }

    private Array productGradient() {
      Array sums = sums(in, weight, bias);
      Array passed =
          activation == Activation.RELU
              ? cotangent.zip(sums, (dy, sum) -> sum > 0 ? dy : 0)
              : cotangent;
      return kept(passed).map(dy -> (float) dy);
    }

    private Expected inGradient() {
      return product(productGradient(), weight);
    }

    private Expected weightGradient() {
      return product(LinearAlgebra.transpose(productGradient()), in);
    }

    private Expected biasGradient() {
      Array dy = productGradient();
      int[] shape = bias.shape();
      return new Expected(
          LinearAlgebra.sum(dy, 0).reshape(shape),
          LinearAlgebra.sum(dy.abs(), 0).reshape(shape),
          dy.extent(0));
    }

    private static Expected product(Array a, Array b) {
      return new Expected(
          LinearAlgebra.matmul(a, b), LinearAlgebra.matmulMagnitude(a, b), a.extent(-1), 1);
    }

    private static Expected transposed(Expected expected) {
      return new Expected(
          LinearAlgebra.transpose(expected.values()),
          LinearAlgebra.transpose(expected.magnitudes()),
          expected.roundings(),
          expected.products());
    }

    private static Array sums(Array in, Array weight, Array bias) {
      return plusEachRow(LinearAlgebra.matmul(in, LinearAlgebra.transpose(weight)), bias);
    }

    private static Array plusEachRow(Array rows, Array row) {
      Array sum = Array.zerosLike(rows);
      for (int i = 0; i < sum.size(); i++) {
        sum.data()[i] = rows.data()[i] + row.data()[i % row.size()];
      }
      return sum;
    }
  }
}
