package org.polyak.conformance.verbs;

import java.util.List;
import java.util.stream.IntStream;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Family;
import org.polyak.conformance.Level;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.LinearAlgebra;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/**
 * Subnormal numbers, as arguments and as results. OpenCL leaves open whether a device flushes them
 * to zero, so these cases are no condition of conformance.
 */
public final class SubnormalCases {
  private static final float[] SUBNORMAL = {
    Float.MIN_VALUE, -Float.MIN_VALUE, 1e-40f, -1e-40f, 1e-38f, -1e-38f
  };

  /** Partners that leave or make subnormal numbers, or come back from them. */
  private static final float[] PARTNERS = {
    0f, 1f, -1f, 0.5f, Float.MIN_NORMAL, -Float.MIN_NORMAL, 1e-30f, 1e-8f, 1e30f, 1e-40f, -1e-40f
  };

  private SubnormalCases() {}

  /** The families. */
  public static List<Family> families() {
    Family family =
        new Family(
            "VERB-SUBNORMAL",
            Chapter.VERBS,
            Level.SHOULD,
            new Definition(
                "subnormal arguments and results are kept, gradual underflow", "IEEE 754"));
    for (UnaryOp op : UnaryOp.values()) {
      family.add(op + " of subnormal numbers", (c, s) -> unary(c, op));
    }
    for (BinaryOp op : BinaryOp.values()) {
      family.add(op + " with subnormal numbers", (c, s) -> binary(c, op));
    }
    family.add("SELECT by a subnormal number takes the first", SubnormalCases::select);
    family.add("products of matrices that are subnormal", SubnormalCases::matmul);
    return List.of(family);
  }

  private static void unary(CaseContext c, UnaryOp op) {
    float[] x = SUBNORMAL;
    Tensor out = c.memory().output("out", Placement.DENSE, x.length);
    c.kernels().unary(op, c.memory().input("in", x, Placement.OFFSET, x.length), out);
    Array want = Samples.array(x, x.length).map(e -> ElementwiseFunctions.apply(op, e));
    c.expect(
        op.toString(),
        c.memory().floats(out),
        Expected.relative(want, ElementwiseFunctions.roundings(op)));
  }

  private static void binary(CaseContext c, BinaryOp op) {
    List<float[]> pairs = ElementwiseFunctions.withSubnormals(op, SUBNORMAL, PARTNERS, true);
    float[] a = pairs.getFirst();
    float[] b = pairs.getLast();
    int n = a.length;
    Tensor out = c.memory().output("out", Placement.DENSE, n);
    c.kernels()
        .binary(
            op,
            c.memory().input("a", a, Placement.DENSE, n),
            c.memory().input("b", b, Placement.OFFSET, n),
            out);
    Array want =
        Samples.array(a, n)
            .zip(Samples.array(b, n), (x, y) -> ElementwiseFunctions.apply(op, x, y));
    c.expect(
        op.toString(),
        c.memory().floats(out),
        Expected.relative(want, ElementwiseFunctions.roundings(op)));
  }

  private static void select(CaseContext c, Samples s) {
    int n = SUBNORMAL.length;
    float[] a = s.normal(n, 1);
    Tensor out = c.memory().output("out", Placement.DENSE, n);
    c.kernels()
        .select(
            c.memory().input("condition", SUBNORMAL, Placement.DENSE, n),
            c.memory().input("a", a, Placement.DENSE, n),
            c.memory().input("b", s.normal(n, 1), Placement.DENSE, n),
            out);
    c.expectSameBits("out", c.memory().floats(out), a);
  }

  /** Inner extent 40, so that no term is lost but to rounding. */
  private static void matmul(CaseContext c, Samples s) {
    Array a = tiny(s, 20, 40);
    Array b = tiny(s, 40, 24);
    Tensor out = c.memory().output("out", Placement.DENSE, 20, 24);
    c.kernels()
        .matmul(
            c.memory().input("a", Samples.floats(a), Placement.DENSE, 20, 40),
            c.memory().input("b", Samples.floats(b), Placement.DENSE, 40, 24),
            false,
            out);
    c.expect(
        "product",
        c.memory().floats(out),
        new Expected(LinearAlgebra.matmul(a, b), LinearAlgebra.matmulMagnitude(a, b), 40, 1));
    boolean kept = IntStream.range(0, 480).anyMatch(i -> c.memory().floats(out)[i] != 0);
    c.check(kept, "every element of the product is 0");
  }

  private static Array tiny(Samples s, int rows, int columns) {
    return Samples.array(s.normal(rows * columns, 1e-21), rows, columns);
  }
}
