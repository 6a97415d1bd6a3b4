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
import org.polyak.conformance.oracle.Softmax;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.SoftmaxKernel;

/** Softmax of rows, forward and backward. */
public final class RowSoftmaxCases {
  private static final int[] WIDTHS = {1, 2, 3, 11, 16, 31, 33, 64, 65, 130, 1000, 4999};

  private RowSoftmaxCases() {}

  /** The families. */
  public static List<Family> families() {
    Family family =
        new Family(
            "FUSED-SOFTMAX",
            Chapter.FUSED,
            new Definition(
                "y = exp(x)/Σ exp(x), dx = y (dy − Σ y dy), over the last axis", "SoftmaxKernel"));
    for (int width : WIDTHS) {
      family.add("rows of " + width, (c, s) -> run(c, s, normal(s, 7, width, 2)));
    }
    family.add("many rows", (c, s) -> run(c, s, normal(s, 515, 11, 2)));
    family.add("70,001 rows", (c, s) -> run(c, s, normal(s, 70_001, 3, 2)));
    family.add("one row", (c, s) -> run(c, s, normal(s, 1, 257, 2)));
    family.add("large elements", (c, s) -> run(c, s, normal(s, 9, 37, 1e4)));
    family.add(
        "elements beyond the range of the exponential",
        (c, s) -> run(c, s, normal(s, 9, 12, 1e30)));
    family.add(
        "all elements below the range of the exponential",
        (c, s) -> run(c, s, normal(s, 9, 33, 2).map(x -> (float) (x - 1000))));
    family.add(
        "differences beyond the largest number",
        (c, s) ->
            run(c, s, Samples.array(new float[] {3e38f, -3e38f, 0, -3e38f, -3e38f, 3e38f}, 2, 3)));
    family.add("equal elements", (c, s) -> run(c, s, Array.filled(3, 4, 33)));
    family.add(
        "elements of −∞",
        (c, s) -> {
          Array x = normal(s, 20, 33, 2);
          for (int r = 0; r < 20; r++) {
            for (int k = 0; k < 33; k++) {
              x.set(k % 20 == r || k < 2 * r - 8 ? Double.NEGATIVE_INFINITY : x.get(r, k), r, k);
            }
          }
          run(c, s, x);
        });
    family.add("rows of a transpose", (c, s) -> transposed(c, s, normal(s, 37, 20, 2)));
    return List.of(family);
  }

  private static Array normal(Samples s, int rows, int width, double scale) {
    return Samples.array(s.normal(rows * width, scale), rows, width);
  }

  private static void run(CaseContext c, Samples s, Array x) {
    Array cotangent = normal(s, x.extent(0), x.extent(1), 1);
    Expected[] expected = expected(x, cotangent);
    Differentiated found =
        Differentiated.of(
            c, List.of(x), List.of(cotangent), (ops, in) -> List.of(ops.softmax(in.getFirst())));
    c.expect("out", found.result(), expected[0]);
    c.expect("gradient", found.gradients().getFirst(), expected[1]);
    @Nullable SoftmaxKernel kernel = c.kernel(c.backend().fused().softmax());
    if (kernel != null) {
      Tensor in = c.memory().input("in", Samples.floats(x), Placement.OFFSET, x.shape());
      Tensor out = c.memory().output("out", Placement.OFFSET, x.shape());
      kernel.forward(in, out);
      c.expect("fused out", c.memory().floats(out), expected[0]);
      Tensor outGradient =
          c.memory().input("out gradient", Samples.floats(cotangent), Placement.OFFSET, x.shape());
      Tensor inGradient = c.memory().output("gradient", Placement.OFFSET, x.shape());
      kernel.backward(out, outGradient, inGradient);
      c.expect("fused gradient", c.memory().floats(inGradient), expected[1]);
    }
  }

  /** Kernels take contiguous rows; the operation takes any. */
  private static void transposed(CaseContext c, Samples s, Array x) {
    Array cotangent = normal(s, x.extent(0), x.extent(1), 1);
    Expected[] expected = expected(x, cotangent);
    Differentiated found =
        Differentiated.of(
            c,
            List.of(x.transpose(1, 0)),
            List.of(cotangent),
            (ops, in) -> List.of(ops.softmax(ops.transpose(in.getFirst(), 0, 1))));
    c.expect("out", found.result(), expected[0]);
    Expected gradient = expected[1];
    c.expect(
        "gradient",
        found.gradients().getFirst(),
        Expected.analysed(
            gradient.values().transpose(1, 0), gradient.magnitudes().transpose(1, 0)));
  }

  /** Result and gradient. */
  private static Expected[] expected(Array x, Array cotangent) {
    Array outErrors = Array.zerosLike(x);
    Array gradientErrors = Array.zerosLike(x);
    for (int r = 0; r < x.extent(0); r++) {
      analyse(x, cotangent, r, outErrors, gradientErrors);
    }
    return new Expected[] {
      Expected.analysed(Softmax.forward(x), outErrors),
      Expected.analysed(Softmax.backward(x, cotangent), gradientErrors)
    };
  }

  /**
   * With e = exp(x − largest) and t = Σ e, y = e/t. The gradient is y (dy − Σ y dy), or, composed,
   * e (dy/t − Σ y dy/t): the larger of the two errors.
   */
  private static void analyse(
      Array x, Array cotangent, int r, Array outErrors, Array gradientErrors) {
    int width = x.extent(1);
    double largest = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < width; k++) {
      largest = Math.max(largest, x.get(r, k));
    }
    List<Rounded> e = new ArrayList<>();
    for (int k = 0; k < width; k++) {
      e.add(
          x.get(r, k) == Double.NEGATIVE_INFINITY
              ? Rounded.exact(0)
              : Rounded.exact(x.get(r, k)).minus(Rounded.exact(largest)).exponential());
    }
    Rounded total = Rounded.sum(e);
    List<Rounded> y = e.stream().map(v -> v.over(total)).toList();
    List<Rounded> dy = new ArrayList<>();
    List<Rounded> shares = new ArrayList<>();
    List<Rounded> products = new ArrayList<>();
    List<Rounded> dividedProducts = new ArrayList<>();
    for (int k = 0; k < width; k++) {
      dy.add(Rounded.exact(cotangent.get(r, k)));
      shares.add(dy.get(k).over(total));
      products.add(y.get(k).times(dy.get(k)));
      dividedProducts.add(y.get(k).times(shares.get(k)));
    }
    Rounded mean = Rounded.sum(products);
    Rounded dividedMean = Rounded.sum(dividedProducts);
    for (int k = 0; k < width; k++) {
      outErrors.set(y.get(k).error(), r, k);
      gradientErrors.set(
          Math.max(
              y.get(k).times(dy.get(k).minus(mean)).error(),
              e.get(k).times(shares.get(k).minus(dividedMean)).error()),
          r,
          k);
    }
  }
}
