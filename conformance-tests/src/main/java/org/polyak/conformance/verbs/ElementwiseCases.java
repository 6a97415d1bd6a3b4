package org.polyak.conformance.verbs;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/** Element-wise functions of one, two and three arguments. */
public final class ElementwiseCases {
  private static final float[] SPECIAL = {
    0f,
    -0f,
    1f,
    -1f,
    Float.MIN_NORMAL,
    -Float.MIN_NORMAL,
    1e-30f,
    -1e-30f,
    1e-8f,
    -1e-8f,
    0.5f,
    -0.5f,
    20f,
    -20f,
    200f,
    -200f,
    1e30f,
    -1e30f,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN
  };

  /** More elements than 2¹⁶, which bounds a launch on some devices. */
  private static final int MANY = 70_001;

  private static final int[] DIMS = {3, 5, 7};
  private static final int COUNT = 3 * 5 * 7;

  private ElementwiseCases() {}

  /** The families. */
  public static List<Family> families() {
    List<Family> families = new ArrayList<>();
    for (UnaryOp op : UnaryOp.values()) {
      families.add(unary(op));
    }
    for (BinaryOp op : BinaryOp.values()) {
      families.add(binary(op));
    }
    families.add(select());
    return families;
  }

  private static Family unary(UnaryOp op) {
    Family family =
        new Family(
            "VERB-" + op.name().replace('_', '-'),
            Chapter.VERBS,
            new Definition("out = " + op + "(in)", "Kernels.unary"));
    double[] range = ElementwiseFunctions.range(op);
    family.add(
        "accurate over its range",
        (c, s) ->
            unary(
                c,
                op,
                s.uniform(4099, range[0], range[1]),
                Placement.DENSE,
                Placement.DENSE,
                4099));
    family.add(
        "accurate for small arguments",
        (c, s) ->
            unary(c, op, small(op, s.mixed(1025, 20)), Placement.DENSE, Placement.DENSE, 1025));
    family.add(
        "every length from 0 to 67",
        (c, s) -> {
          for (int n = 0; n <= 67; n++) {
            unary(c, op, s.uniform(n, range[0], range[1]), Placement.DENSE, Placement.OFFSET, n);
          }
        });
    family.add(
        "special values",
        (c, s) -> {
          float[] normal = ElementwiseFunctions.withSubnormals(op, SPECIAL, false);
          unary(c, op, normal, Placement.OFFSET, Placement.DENSE, normal.length);
        });
    family.add(
        "all layouts",
        (c, s) -> {
          for (Placement in : layouts()) {
            for (Placement out : layouts()) {
              unary(c, op, s.uniform(COUNT, range[0], range[1]), in, out, DIMS);
            }
          }
        });
    family.add(
        "in place",
        (c, s) -> {
          for (Placement placement : layouts()) {
            float[] x = s.uniform(COUNT, range[0], range[1]);
            Tensor both = c.memory().update("in and out", x, placement, DIMS);
            c.kernels().unary(op, both, both);
            expectUnary(c, op, x, both);
          }
        });
    family.add(
        "broadcast argument",
        (c, s) -> {
          float[] x = s.uniform(5, range[0], range[1]);
          Tensor in = c.memory().input("in", x, Placement.STRIDED, 5, 1);
          Tensor out = c.memory().output("out", Placement.GAPPED, DIMS);
          c.kernels().unary(op, in.broadcastTo(Shape.of(DIMS)), out);
          expectUnary(c, op, repeated(x, 7, 35), out);
        });
    family.add(
        "70,001 elements",
        (c, s) ->
            unary(
                c,
                op,
                s.uniform(MANY, range[0], range[1]),
                Placement.DENSE,
                Placement.DENSE,
                MANY));
    return family;
  }

  private static Family binary(BinaryOp op) {
    Family family =
        new Family(
            "VERB-" + op.name(),
            Chapter.VERBS,
            new Definition("out = " + op + "(a, b)", "Kernels.binary"));
    family.add(
        "accurate for mixed magnitudes",
        (c, s) ->
            binary(
                c,
                op,
                s.mixed(4099, 30),
                s.mixed(4099, 30),
                Placement.DENSE,
                Placement.DENSE,
                Placement.DENSE,
                4099));
    family.add(
        "every length from 0 to 67",
        (c, s) -> {
          for (int n = 0; n <= 67; n++) {
            binary(
                c,
                op,
                s.normal(n, 1),
                s.normal(n, 1),
                Placement.DENSE,
                Placement.OFFSET,
                Placement.DENSE,
                n);
          }
        });
    family.add(
        "all pairs of special values",
        (c, s) -> {
          List<float[]> normal = ElementwiseFunctions.withSubnormals(op, SPECIAL, SPECIAL, false);
          binary(
              c,
              op,
              normal.getFirst(),
              normal.getLast(),
              Placement.DENSE,
              Placement.OFFSET,
              Placement.DENSE,
              normal.getFirst().length);
        });
    family.add(
        "all layouts",
        (c, s) -> {
          for (Placement a : layouts()) {
            for (Placement b : layouts()) {
              for (Placement out : layouts()) {
                binary(c, op, s.normal(COUNT, 1), s.normal(COUNT, 1), a, b, out, DIMS);
              }
            }
          }
        });
    family.add(
        "in place of either argument",
        (c, s) -> {
          for (Placement placement : layouts()) {
            float[] a = s.normal(COUNT, 1);
            float[] b = s.normal(COUNT, 1);
            Tensor first = c.memory().update("a and out", a, placement, DIMS);
            c.kernels().binary(op, first, c.memory().input("b", b, Placement.DENSE, DIMS), first);
            expectBinary(c, op, a, b, first);
            Tensor second = c.memory().update("b and out", b, placement, DIMS);
            c.kernels().binary(op, c.memory().input("a", a, Placement.DENSE, DIMS), second, second);
            expectBinary(c, op, a, b, second);
          }
        });
    family.add(
        "broadcast arguments",
        (c, s) -> {
          float[] rows = s.normal(5, 1);
          float[] columns = s.normal(7, 1);
          Tensor a = c.memory().input("a", rows, Placement.STRIDED, 5, 1);
          Tensor b = c.memory().input("b", columns, Placement.OFFSET, 7);
          Tensor out = c.memory().output("out", Placement.TRANSPOSED, DIMS);
          Shape shape = Shape.of(DIMS);
          c.kernels().binary(op, a.broadcastTo(shape), b.broadcastTo(shape), out);
          expectBinary(c, op, repeated(rows, 7, 35), columns, out);
        });
    family.add(
        "70,001 elements",
        (c, s) ->
            binary(
                c,
                op,
                s.normal(MANY, 1),
                s.normal(MANY, 1),
                Placement.DENSE,
                Placement.DENSE,
                Placement.DENSE,
                MANY));
    return family;
  }

  private static Family select() {
    Family family =
        new Family(
            "VERB-SELECT",
            Chapter.VERBS,
            new Definition("out = condition ≠ 0 ? a : b", "Kernels.select"));
    float[] conditions = {0, 1, -0f, -1, Float.MIN_NORMAL, 1e30f, 0, Float.NEGATIVE_INFINITY};
    family.add(
        "every length from 0 to 67",
        (c, s) -> {
          for (int n = 0; n <= 67; n++) {
            select(c, s, repeated(conditions, 1, n), Placement.DENSE, Placement.DENSE, n);
          }
        });
    family.add(
        "all layouts",
        (c, s) -> {
          for (Placement in : layouts()) {
            for (Placement out : layouts()) {
              select(c, s, repeated(conditions, 1, COUNT), in, out, DIMS);
            }
          }
        });
    family.add(
        "the value not taken may be NaN or infinite",
        (c, s) -> {
          float[] a = {1, Float.NaN, Float.POSITIVE_INFINITY, 2, Float.NaN};
          float[] b = {Float.NaN, 3, 4, Float.NEGATIVE_INFINITY, 5};
          Tensor out = c.memory().output("out", Placement.DENSE, 5);
          c.kernels()
              .select(
                  c.memory().input("condition", new float[] {1, 0, 0, 1, 0}, Placement.DENSE, 5),
                  c.memory().input("a", a, Placement.DENSE, 5),
                  c.memory().input("b", b, Placement.DENSE, 5),
                  out);
          c.expectSameBits("out", c.memory().floats(out), new float[] {1, 3, 4, 2, 5});
        });
    family.add(
        "in place of a value, with a broadcast condition",
        (c, s) -> {
          float[] a = s.normal(COUNT, 1);
          float[] b = s.normal(COUNT, 1);
          Tensor both = c.memory().update("a and out", a, Placement.GAPPED, DIMS);
          Tensor condition =
              c.memory().input("condition", new float[] {0, 1, 0, 1, 1, 0, 0}, Placement.DENSE, 7);
          c.kernels()
              .select(
                  condition.broadcastTo(Shape.of(DIMS)),
                  both,
                  c.memory().input("b", b, Placement.STRIDED, DIMS),
                  both);
          float[] taken = repeated(new float[] {0, 1, 0, 1, 1, 0, 0}, 1, COUNT);
          c.expectSameBits("out", c.memory().floats(both), selected(taken, a, b));
        });
    family.add(
        "70,001 elements",
        (c, s) ->
            select(c, s, repeated(conditions, 1, MANY), Placement.DENSE, Placement.DENSE, MANY));
    return family;
  }

  private static void unary(
      CaseContext c, UnaryOp op, float[] x, Placement in, Placement out, int... dims) {
    Tensor result = c.memory().output("out", out, dims);
    c.kernels().unary(op, c.memory().input("in", x, in, dims), result);
    expectUnary(c, op, x, result);
  }

  private static void expectUnary(CaseContext c, UnaryOp op, float[] x, Tensor out) {
    Array want =
        Samples.array(repeated(x, 1, Math.toIntExact(out.shape().size())), out.shape().dims())
            .map(e -> ElementwiseFunctions.apply(op, e));
    c.expect(
        op + " of " + out.layout(),
        c.memory().floats(out),
        Expected.relative(want, ElementwiseFunctions.roundings(op)));
  }

  private static void binary(
      CaseContext c,
      BinaryOp op,
      float[] a,
      float[] b,
      Placement first,
      Placement second,
      Placement out,
      int... dims) {
    Tensor result = c.memory().output("out", out, dims);
    c.kernels()
        .binary(
            op,
            c.memory().input("a", a, first, dims),
            c.memory().input("b", b, second, dims),
            result);
    expectBinary(c, op, a, b, result);
  }

  private static void expectBinary(CaseContext c, BinaryOp op, float[] a, float[] b, Tensor out) {
    int count = Math.toIntExact(out.shape().size());
    DoubleBinaryOperator function = (x, y) -> ElementwiseFunctions.apply(op, x, y);
    Array want =
        Samples.array(repeated(a, 1, count), out.shape().dims())
            .zip(Samples.array(repeated(b, 1, count), out.shape().dims()), function);
    c.expect(
        op + " of " + out.layout(),
        c.memory().floats(out),
        Expected.relative(want, ElementwiseFunctions.roundings(op)));
  }

  private static void select(
      CaseContext c, Samples s, float[] conditions, Placement in, Placement out, int... dims) {
    float[] a = s.normal(conditions.length, 1);
    float[] b = s.normal(conditions.length, 1);
    Tensor result = c.memory().output("out", out, dims);
    c.kernels()
        .select(
            c.memory().input("condition", conditions, in, dims),
            c.memory().input("a", a, out, dims),
            c.memory().input("b", b, in, dims),
            result);
    c.expectSameBits("out", c.memory().floats(result), selected(conditions, a, b));
  }

  private static float[] selected(float[] conditions, float[] a, float[] b) {
    float[] want = new float[conditions.length];
    for (int i = 0; i < want.length; i++) {
      want[i] = conditions[i] != 0 ? a[i] : b[i];
    }
    return want;
  }

  /** Each value {@code times} times in a row, over and over, {@code count} values in all. */
  private static float[] repeated(float[] values, int times, int count) {
    float[] result = new float[count];
    IntStream.range(0, count).forEach(i -> result[i] = values[i / times % values.length]);
    return result;
  }

  /** Magnitudes from 2⁻⁴⁰ to about 1; of either sign where the function allows. */
  private static float[] small(UnaryOp op, float[] values) {
    boolean positive = op == UnaryOp.SQUARE_ROOT || op == UnaryOp.LOGARITHM;
    for (int i = 0; i < values.length; i++) {
      values[i] = 0x1p-20f * (positive ? Math.abs(values[i]) : values[i]);
    }
    return values;
  }

  private static List<Placement> layouts() {
    return List.of(
        Placement.DENSE,
        Placement.GAPPED,
        Placement.STRIDED,
        Placement.TRANSPOSED,
        Placement.REVERSED);
  }
}
