package org.polyak.conformance.verbs;

import java.util.Arrays;
import java.util.List;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.LinearAlgebra;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/** Matrix products. */
public final class MatmulCases {
  private static final int[] EXTENTS = {1, 2, 3, 7, 16, 31, 33, 64, 65, 130};

  private MatmulCases() {}

  /** The families. */
  public static List<Family> families() {
    Family family =
        new Family(
            "VERB-MATMUL",
            Chapter.VERBS,
            new Definition("out = a·b, or out + a·b, over batches of matrices", "Kernels.matmul"));
    for (int rows : EXTENTS) {
      family.add("every shape with %d rows".formatted(rows), (c, s) -> shapes(c, s, rows));
    }
    for (Placement a : Placement.values()) {
      if (a != Placement.TOKENS) {
        family.add("first factor " + a + ", others in all layouts", (c, s) -> layouts(c, s, a));
      }
    }
    family
        .add("accumulates", MatmulCases::accumulates)
        .add("batches in all layouts", MatmulCases::batches)
        .add("factors broadcast over the batch", MatmulCases::broadcast)
        .add("factors broadcast along rows and columns", MatmulCases::broadcastMatrix)
        .add("an empty inner axis gives 0, or leaves what was there", MatmulCases::emptyInner)
        .add("empty results", MatmulCases::emptyResult)
        .add("mixed magnitudes that cancel", MatmulCases::cancelling)
        .add("huge and tiny factors", MatmulCases::scales)
        .add("NaN and infinity reach their row and column only", MatmulCases::special)
        .add(
            "a long inner axis",
            (c, s) -> product(c, s, Placement.DENSE, Placement.DENSE, Placement.DENSE, 3, 5000, 5))
        .add(
            "a large product",
            (c, s) ->
                product(
                    c, s, Placement.DENSE, Placement.TRANSPOSED, Placement.DENSE, 257, 300, 263))
        .add("the same bits every time", MatmulCases::repeatable)
        .add("70,001 small products", MatmulCases::many);
    for (boolean turnA : new boolean[] {false, true}) {
      for (boolean turnB : new boolean[] {false, true}) {
        large(family, 2048, 512, 1040, turnA, turnB);
      }
    }
    // A linear layer of few outputs: forward, and the gradients of its input and its weight.
    large(family, 8192, 256, 11, false, true);
    large(family, 8192, 11, 256, false, false);
    large(family, 11, 8192, 256, true, false);
    return List.of(family);
  }

  private static void large(
      Family family, int rows, int inner, int columns, boolean turnA, boolean turnB) {
    family.add(
        "%d x %d%s times %d x %d%s"
            .formatted(
                rows, inner, turnA ? " by column" : "", inner, columns, turnB ? " by column" : ""),
        (c, s) -> LargeProduct.drawn(s, rows, inner, columns).run(c, turnA, turnB));
  }

  private static void shapes(CaseContext c, Samples s, int rows) {
    for (int inner : EXTENTS) {
      for (int columns : EXTENTS) {
        product(c, s, Placement.DENSE, Placement.DENSE, Placement.DENSE, rows, inner, columns);
      }
    }
  }

  private static void layouts(CaseContext c, Samples s, Placement a) {
    for (Placement b : Placement.values()) {
      for (Placement out : Placement.values()) {
        if (b != Placement.TOKENS && out != Placement.TOKENS) {
          product(c, s, a, b, out, 17, 33, 19);
          product(c, s, a, b, out, 1, 19, 33);
          product(c, s, a, b, out, 33, 5, 1);
        }
      }
    }
  }

  private static void product(
      CaseContext c,
      Samples s,
      Placement first,
      Placement second,
      Placement out,
      int rows,
      int inner,
      int columns) {
    float[] a = s.normal(rows * inner, 1);
    float[] b = s.normal(inner * columns, 1);
    Tensor result = c.memory().output("out", out, rows, columns);
    c.kernels()
        .matmul(
            c.memory().input("a", a, first, rows, inner),
            c.memory().input("b", b, second, inner, columns),
            false,
            result);
    expect(c, Samples.array(a, rows, inner), Samples.array(b, inner, columns), result);
  }

  private static void accumulates(CaseContext c, Samples s) {
    for (int extent : EXTENTS) {
      for (Placement out : List.of(Placement.DENSE, Placement.GAPPED, Placement.TRANSPOSED)) {
        float[] a = s.normal(extent * 19, 1);
        float[] b = s.normal(19 * 33, 1);
        float[] before = s.normal(extent * 33, 5);
        Tensor result = c.memory().update("out", before, out, extent, 33);
        c.kernels()
            .matmul(
                c.memory().input("a", a, Placement.DENSE, extent, 19),
                c.memory().input("b", b, Placement.DENSE, 19, 33),
                true,
                result);
        Array left = Samples.array(a, extent, 19);
        Array right = Samples.array(b, 19, 33);
        Array start = Samples.array(before, extent, 33);
        c.expect(
            "accumulated product",
            c.memory().floats(result),
            new Expected(
                LinearAlgebra.matmul(left, right).plus(start),
                LinearAlgebra.matmulMagnitude(left, right).plus(start.abs()),
                20,
                1));
      }
    }
  }

  private static void batches(CaseContext c, Samples s) {
    for (Placement a : Placement.values()) {
      for (Placement b : Placement.values()) {
        float[] left = s.normal(2 * 3 * 9 * 11, 1);
        float[] right = s.normal(2 * 3 * 11 * 8, 1);
        Tensor result = c.memory().output("out", a, 2, 3, 9, 8);
        c.kernels()
            .matmul(
                c.memory().input("a", left, a, 2, 3, 9, 11),
                c.memory().input("b", right, b, 2, 3, 11, 8),
                false,
                result);
        expect(c, Samples.array(left, 2, 3, 9, 11), Samples.array(right, 2, 3, 11, 8), result);
      }
    }
  }

  private static void broadcast(CaseContext c, Samples s) {
    float[] shared = s.normal(9 * 11, 1);
    float[] many = s.normal(4 * 11 * 8, 1);
    Tensor a = c.memory().input("shared", shared, Placement.GAPPED, 9, 11);
    Tensor b = c.memory().input("many", many, Placement.TRANSPOSED, 4, 11, 8);
    Array sharedArray = Array.zeros(4, 9, 11);
    for (int i = 0; i < sharedArray.size(); i++) {
      sharedArray.data()[i] = shared[i % shared.length];
    }
    Tensor first = c.memory().output("first factor broadcast", Placement.DENSE, 4, 9, 8);
    c.kernels().matmul(a.broadcastTo(Shape.of(4, 9, 11)), b, false, first);
    expect(c, sharedArray, Samples.array(many, 4, 11, 8), first);
    Tensor second = c.memory().output("second factor broadcast", Placement.STRIDED, 4, 8, 9);
    c.kernels()
        .matmul(
            b.transpose(1, 2), a.transpose(0, 1).broadcastTo(Shape.of(4, 11, 9)), false, second);
    expect(
        c,
        LinearAlgebra.transpose(Samples.array(many, 4, 11, 8)),
        LinearAlgebra.transpose(sharedArray),
        second);
  }

  private static void broadcastMatrix(CaseContext c, Samples s) {
    float[] row = s.normal(11, 1);
    float[] b = s.normal(11 * 40, 1);
    Tensor a = c.memory().input("row", row, Placement.OFFSET, 1, 11);
    Tensor right = c.memory().input("b", b, Placement.DENSE, 11, 40);
    Array rows = Array.zeros(9, 11);
    for (int i = 0; i < rows.size(); i++) {
      rows.data()[i] = row[i % 11];
    }
    Tensor result = c.memory().output("out", Placement.DENSE, 9, 40);
    c.kernels().matmul(a.broadcastTo(Shape.of(9, 11)), right, false, result);
    expect(c, rows, Samples.array(b, 11, 40), result);
    Tensor mirrored = c.memory().output("mirrored", Placement.DENSE, 40, 9);
    c.kernels()
        .matmul(
            right.transpose(0, 1), a.broadcastTo(Shape.of(9, 11)).transpose(0, 1), false, mirrored);
    expect(
        c,
        LinearAlgebra.transpose(Samples.array(b, 11, 40)),
        LinearAlgebra.transpose(rows),
        mirrored);
  }

  private static void emptyInner(CaseContext c, Samples s) {
    Tensor a = c.memory().input("a", new float[0], Placement.DENSE, 5, 0);
    Tensor b = c.memory().input("b", new float[0], Placement.DENSE, 0, 7);
    Tensor zero = c.memory().output("out", Placement.GAPPED, 5, 7);
    c.kernels().matmul(a, b, false, zero);
    c.expect("empty sum", c.memory().floats(zero), Expected.exact(Array.zeros(5, 7)));
    float[] before = s.normal(35, 1);
    Tensor kept = c.memory().update("kept", before, Placement.GAPPED, 5, 7);
    c.kernels().matmul(a, b, true, kept);
    c.expectSameBits("kept", c.memory().floats(kept), before);
  }

  private static void emptyResult(CaseContext c, Samples s) {
    Tensor a = c.memory().input("a", new float[0], Placement.DENSE, 0, 3);
    Tensor b = c.memory().input("b", s.normal(12, 1), Placement.DENSE, 3, 4);
    c.kernels().matmul(a, b, false, c.memory().output("no rows", Placement.DENSE, 0, 4));
    c.kernels()
        .matmul(
            b.transpose(0, 1),
            a.transpose(0, 1),
            true,
            c.memory().output("no columns", Placement.DENSE, 4, 0));
    Tensor none = c.memory().input("no batch", new float[0], Placement.DENSE, 0, 3, 3);
    c.kernels().matmul(none, none, false, c.memory().output("out", Placement.DENSE, 0, 3, 3));
  }

  private static void cancelling(CaseContext c, Samples s) {
    float[] a = s.mixed(33 * 128, 20);
    float[] b = s.mixed(128 * 35, 20);
    for (int row = 0; row < 33; row++) {
      for (int k = 0; k < 128; k += 2) {
        a[row * 128 + k + 1] = -a[row * 128 + k];
      }
    }
    for (int k = 0; k < 128; k += 2) {
      for (int column = 0; column < 35; column++) {
        b[(k + 1) * 35 + column] = b[k * 35 + column] * (1 + 0x1p-13f);
      }
    }
    multiply(c, Samples.array(a, 33, 128), Samples.array(b, 128, 35));
  }

  private static void scales(CaseContext c, Samples s) {
    multiply(
        c,
        Samples.array(s.normal(20 * 40, 1e18), 20, 40),
        Samples.array(s.normal(40 * 24, 1e17), 40, 24));
    multiply(
        c,
        Samples.array(s.normal(20 * 40, 1e-16), 20, 40),
        Samples.array(s.normal(40 * 24, 1e-16), 40, 24));
    multiply(
        c,
        Samples.array(s.normal(20 * 40, 1e30), 20, 40),
        Samples.array(s.normal(40 * 24, 1e-30), 40, 24));
  }

  private static void special(CaseContext c, Samples s) {
    for (float marked : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] a = s.uniform(19 * 21, 0.5, 1);
      a[7 * 21 + 20] = marked;
      float[] b = s.uniform(21 * 18, 0.5, 1);
      b[3 * 18 + 17] = marked;
      multiply(c, Samples.array(a, 19, 21), Samples.array(b, 21, 18));
    }
  }

  private static void repeatable(CaseContext c, Samples s) {
    Tensor a = c.memory().input("a", s.normal(130 * 300, 1), Placement.DENSE, 130, 300);
    Tensor b = c.memory().input("b", s.normal(300 * 70, 1), Placement.DENSE, 300, 70);
    Tensor first = c.memory().output("first", Placement.DENSE, 130, 70);
    Tensor second = c.memory().output("second", Placement.DENSE, 130, 70);
    c.kernels().matmul(a, b, false, first);
    c.kernels().matmul(a, b, false, second);
    c.expectSameBits("again", c.memory().floats(second), c.memory().floats(first));
  }

  /** More products than 2¹⁶, which bounds a launch on some devices. */
  private static void many(CaseContext c, Samples s) {
    int batch = 70_001;
    multiply(
        c,
        Samples.array(s.normal(batch * 2 * 3, 1), batch, 2, 3),
        Samples.array(s.normal(batch * 3 * 2, 1), batch, 3, 2));
  }

  private static void multiply(CaseContext c, Array a, Array b) {
    int[] shape = a.shape();
    shape[shape.length - 1] = b.extent(-1);
    Tensor out = c.memory().output("out", Placement.DENSE, shape);
    c.kernels()
        .matmul(
            c.memory().input("a", Samples.floats(a), Placement.DENSE, a.shape()),
            c.memory().input("b", Samples.floats(b), Placement.DENSE, b.shape()),
            false,
            out);
    expect(c, a, b, out);
  }

  /** K products and K − 1 additions; fused or not, a term sees at most K roundings. */
  private static void expect(CaseContext c, Array a, Array b, Tensor out) {
    c.expect(
        "product of %s and %s to %s"
            .formatted(Arrays.toString(a.shape()), Arrays.toString(b.shape()), out.layout()),
        c.memory().floats(out),
        new Expected(
            LinearAlgebra.matmul(a, b), LinearAlgebra.matmulMagnitude(a, b), a.extent(-1), 1));
  }
}
