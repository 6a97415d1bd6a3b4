package org.polyak.conformance.verbs;

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
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/** Sums, maxima and running sums along an axis. */
public final class ReductionCases {
  private static final int[] DIMS = {2, 3, 5, 7};
  private static final int COUNT = 2 * 3 * 5 * 7;
  private static final int LONG = 100_003;
  private static final int[] LENGTHS = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 65, 130, 1000};

  private ReductionCases() {}

  /** The families. */
  public static List<Family> families() {
    return List.of(sum(), maximum(), cumulativeSum());
  }

  private static Family sum() {
    return new Family(
            "VERB-SUM",
            Chapter.VERBS,
            new Definition("out = Σ_i in_i along an axis", "Kernels.reduce"))
        .add("all axes in all layouts", (c, s) -> everywhere(c, s, ReduceOp.SUM))
        .add("awkward lengths of inner and outer axes", (c, s) -> lengths(c, s, ReduceOp.SUM))
        .add("mixed magnitudes that cancel", ReductionCases::cancelling)
        .add("a long axis", (c, s) -> longAxis(c, s, ReduceOp.SUM))
        .add("an empty axis sums to 0", (c, s) -> empty(c, ReduceOp.SUM))
        .add("NaN and infinities propagate", (c, s) -> special(c, ReduceOp.SUM))
        .add("a broadcast argument", (c, s) -> broadcast(c, s, ReduceOp.SUM))
        .add("the same bits every time", (c, s) -> repeatable(c, s, ReduceOp.SUM))
        .add("70,001 rows", (c, s) -> manyRows(c, s, ReduceOp.SUM));
  }

  private static Family maximum() {
    return new Family(
            "VERB-MAX",
            Chapter.VERBS,
            new Definition("out = max_i in_i along an axis", "Kernels.reduce"))
        .add("all axes in all layouts", (c, s) -> everywhere(c, s, ReduceOp.MAXIMUM))
        .add("awkward lengths of inner and outer axes", (c, s) -> lengths(c, s, ReduceOp.MAXIMUM))
        .add("all negative", ReductionCases::negative)
        .add("an empty axis is −∞", (c, s) -> empty(c, ReduceOp.MAXIMUM))
        .add("NaN and infinities propagate", (c, s) -> special(c, ReduceOp.MAXIMUM))
        .add("a broadcast argument", (c, s) -> broadcast(c, s, ReduceOp.MAXIMUM))
        .add("a long axis", (c, s) -> longAxis(c, s, ReduceOp.MAXIMUM))
        .add("70,001 rows", (c, s) -> manyRows(c, s, ReduceOp.MAXIMUM));
  }

  private static Family cumulativeSum() {
    return new Family(
            "VERB-CUMSUM",
            Chapter.VERBS,
            new Definition(
                "out_i = Σ_{j≤i} in_j along an axis, Σ_{j≥i} when reversed",
                "Kernels.cumulativeSum"))
        .add("forwards, all axes in all layouts", (c, s) -> scanEverywhere(c, s, false))
        .add("backwards, all axes in all layouts", (c, s) -> scanEverywhere(c, s, true))
        .add("forwards, awkward lengths", (c, s) -> scanLengths(c, s, false))
        .add("backwards, awkward lengths", (c, s) -> scanLengths(c, s, true))
        .add(
            "forwards, mixed magnitudes",
            (c, s) ->
                scan(c, s.mixed(4096, 30), 1, false, Placement.DENSE, Placement.DENSE, 4, 1024))
        .add(
            "backwards, mixed magnitudes",
            (c, s) ->
                scan(c, s.mixed(4096, 30), 1, true, Placement.DENSE, Placement.DENSE, 4, 1024))
        .add("empty axes", ReductionCases::scanEmpty)
        .add("forwards, a long axis", (c, s) -> scanLong(c, s, false))
        .add("backwards, a long axis", (c, s) -> scanLong(c, s, true));
  }

  private static void everywhere(CaseContext c, Samples s, ReduceOp op) {
    for (Placement in : Placement.values()) {
      for (Placement out : List.of(Placement.DENSE, Placement.STRIDED, Placement.TRANSPOSED)) {
        for (int axis = 0; axis < DIMS.length; axis++) {
          reduce(c, op, s.normal(COUNT, 1), axis, in, out, DIMS);
        }
      }
    }
  }

  private static void lengths(CaseContext c, Samples s, ReduceOp op) {
    for (int n : LENGTHS) {
      reduce(c, op, s.normal(3 * n, 1), 1, Placement.DENSE, Placement.OFFSET, 3, n);
      reduce(c, op, s.normal(3 * n, 1), 0, Placement.DENSE, Placement.OFFSET, 3, n);
      reduce(c, op, s.normal(3 * n, 1), 0, Placement.OFFSET, Placement.DENSE, n, 3);
      reduce(c, op, s.normal(6 * n, 1), 1, Placement.DENSE, Placement.DENSE, 2, n, 3);
    }
  }

  private static void cancelling(CaseContext c, Samples s) {
    float[] values = s.mixed(5 * 400, 40);
    for (int i = 0; i < values.length; i += 2) {
      values[i + 1] = -values[i] * (1 + 0x1p-12f);
    }
    reduce(c, ReduceOp.SUM, values, 1, Placement.DENSE, Placement.DENSE, 5, 400);
  }

  private static void longAxis(CaseContext c, Samples s, ReduceOp op) {
    reduce(c, op, s.normal(LONG, 1), 0, Placement.DENSE, Placement.DENSE, LONG);
  }

  /** More results than 2¹⁶, which bounds a launch on some devices. */
  private static void manyRows(CaseContext c, Samples s, ReduceOp op) {
    int rows = 70_001;
    reduce(c, op, s.normal(rows * 3, 1), 1, Placement.DENSE, Placement.DENSE, rows, 3);
    reduce(c, op, s.normal(rows * 3, 1), 0, Placement.DENSE, Placement.DENSE, 3, rows);
  }

  private static void negative(CaseContext c, Samples s) {
    for (int n : LENGTHS) {
      reduce(
          c,
          ReduceOp.MAXIMUM,
          s.uniform(2 * n, -9, -1e-30),
          1,
          Placement.GAPPED,
          Placement.DENSE,
          2,
          n);
    }
  }

  private static void empty(CaseContext c, ReduceOp op) {
    Tensor in = c.memory().input("in", new float[0], Placement.DENSE, 3, 0, 2);
    Tensor out = c.memory().output("out", Placement.DENSE, 3, 1, 2);
    c.kernels().reduce(op, in, 1, out);
    double want = op == ReduceOp.SUM ? 0 : Double.NEGATIVE_INFINITY;
    c.expect("out", c.memory().floats(out), Expected.exact(Array.filled(want, 3, 1, 2)));
    Tensor none = c.memory().output("none", Placement.DENSE, 0, 1);
    c.kernels().reduce(op, c.memory().input("in", new float[0], Placement.DENSE, 0, 4), 1, none);
  }

  private static void special(CaseContext c, ReduceOp op) {
    float infinity = Float.POSITIVE_INFINITY;
    for (int n : new int[] {3, 19, 40}) {
      for (int at = 0; at < n; at++) {
        float[] values = new float[4 * n];
        values[at] = Float.NaN;
        values[n + at] = infinity;
        values[2 * n + at] = -infinity;
        for (int i = 3 * n; i < 4 * n; i++) {
          values[i] = -infinity;
        }
        Tensor in = c.memory().input("in", values, Placement.DENSE, 4, n);
        Tensor out = c.memory().output("out", Placement.OFFSET, 4, 1);
        c.kernels().reduce(op, in, 1, out);
        float[] want =
            op == ReduceOp.SUM
                ? new float[] {Float.NaN, infinity, -infinity, -infinity}
                : new float[] {Float.NaN, infinity, 0, -infinity};
        c.expect("out", c.memory().floats(out), Expected.exact(Samples.array(want, 4, 1)));
      }
    }
  }

  private static void broadcast(CaseContext c, Samples s, ReduceOp op) {
    float[] column = s.normal(5, 1);
    Tensor in = c.memory().input("in", column, Placement.STRIDED, 5, 1);
    Tensor wide = in.broadcastTo(Shape.of(3, 5, 9));
    Array values = Array.zeros(3, 5, 9);
    for (int i = 0; i < values.size(); i++) {
      values.data()[i] = column[i / 9 % 5];
    }
    for (int axis = 0; axis < 3; axis++) {
      Tensor out = c.memory().output("out", Placement.GAPPED, values.shape());
      Tensor view = out.slice(axis, 0, 1);
      c.kernels().fill(out, 0);
      c.kernels().reduce(op, wide, axis, view);
      c.expect("axis " + axis, c.memory().floats(view), expected(op, values, axis));
    }
  }

  private static void repeatable(CaseContext c, Samples s, ReduceOp op) {
    Tensor in = c.memory().input("in", s.mixed(300_000, 20), Placement.DENSE, 3, 100_000);
    Tensor first = c.memory().output("first", Placement.DENSE, 3, 1);
    c.kernels().reduce(op, in, 1, first);
    for (int again = 0; again < 4; again++) {
      Tensor other = c.memory().output("again", Placement.DENSE, 3, 1);
      c.kernels().reduce(op, in, 1, other);
      c.expectSameBits("again", c.memory().floats(other), c.memory().floats(first));
    }
  }

  private static void reduce(
      CaseContext c, ReduceOp op, float[] x, int axis, Placement in, Placement out, int... dims) {
    Shape reduced = Shape.of(dims).with(axis, 1);
    Tensor result = c.memory().output("out", out, reduced.dims());
    c.kernels().reduce(op, c.memory().input("in", x, in, dims), axis, result);
    c.expect(
        "%s of axis %d of %s %s to %s".formatted(op, axis, in, Shape.of(dims), out),
        c.memory().floats(result),
        expected(op, Samples.array(x, dims), axis));
  }

  private static Expected expected(ReduceOp op, Array x, int axis) {
    return switch (op) {
      case SUM ->
          new Expected(
              LinearAlgebra.sum(x, axis),
              LinearAlgebra.sum(x.abs(), axis),
              Math.max(1, x.extent(axis) - 1));
      case MAXIMUM -> Expected.exact(LinearAlgebra.maximum(x, axis));
    };
  }

  private static void scanEverywhere(CaseContext c, Samples s, boolean reversed) {
    for (Placement in : Placement.values()) {
      for (Placement out : List.of(Placement.DENSE, Placement.STRIDED, Placement.TRANSPOSED)) {
        for (int axis = 0; axis < DIMS.length; axis++) {
          scan(c, s.normal(COUNT, 1), axis, reversed, in, out, DIMS);
        }
      }
    }
  }

  private static void scanLengths(CaseContext c, Samples s, boolean reversed) {
    for (int n : LENGTHS) {
      scan(c, s.normal(3 * n, 1), 1, reversed, Placement.DENSE, Placement.OFFSET, 3, n);
      scan(c, s.normal(3 * n, 1), 0, reversed, Placement.OFFSET, Placement.DENSE, n, 3);
      scan(c, s.normal(3 * n, 1), 0, reversed, Placement.DENSE, Placement.DENSE, 3, n);
    }
  }

  private static void scanLong(CaseContext c, Samples s, boolean reversed) {
    scan(c, s.normal(LONG, 1), 0, reversed, Placement.DENSE, Placement.DENSE, LONG);
  }

  private static void scanEmpty(CaseContext c, Samples s) {
    for (int axis = 0; axis < 2; axis++) {
      scan(c, new float[0], axis, false, Placement.DENSE, Placement.DENSE, 0, 4);
      scan(c, new float[0], axis, true, Placement.DENSE, Placement.DENSE, 4, 0);
    }
  }

  private static void scan(
      CaseContext c,
      float[] x,
      int axis,
      boolean reversed,
      Placement in,
      Placement out,
      int... dims) {
    Tensor result = c.memory().output("out", out, dims);
    c.kernels().cumulativeSum(c.memory().input("in", x, in, dims), axis, reversed, result);
    Array values = Samples.array(x, dims);
    c.expect(
        "running sum of axis %d of %s %s".formatted(axis, in, Shape.of(dims)),
        c.memory().floats(result),
        new Expected(
            LinearAlgebra.runningSum(values, axis, reversed),
            LinearAlgebra.runningSum(values.abs(), axis, reversed),
            Math.max(1, dims[axis] - 1)));
  }
}
