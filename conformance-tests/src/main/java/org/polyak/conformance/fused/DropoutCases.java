package org.polyak.conformance.fused;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.DropoutHash;
import org.polyak.spi.fused.DropoutKernel;

/** Dropout: the same elements on every backend, bit for bit. */
public final class DropoutCases {
  private DropoutCases() {}

  /** The families. */
  public static List<Family> families() {
    Family family =
        new Family(
            "FUSED-DROP",
            Chapter.FUSED,
            new Definition(
                "out_i = hash(seed, i) ≥ rate ? in_i / (1 − rate) : 0", "DropoutKernel"));
    for (double rate : new double[] {0.1, 0.5, 0.9}) {
      for (int seed : new int[] {0, 1, -1, 0x12345678}) {
        family.add(
            "rate %s, seed %d".formatted(rate, seed), (c, s) -> run(c, s, rate, seed, 3, 5, 41));
      }
    }
    family.add("one element", (c, s) -> run(c, s, 0.5, 7, 1));
    family.add("100,003 elements", (c, s) -> run(c, s, 0.1, 3, 100_003));
    return List.of(family);
  }

  private static void run(CaseContext c, Samples s, double rate, int seed, int... dims) {
    float[] x = s.mixed(Math.toIntExact(Shape.of(dims).size()), 20);
    float[] cotangent = s.normal(x.length, 1);
    Ops ops = Ops.training(c.engine(), c.scope(), new Tape(), () -> (long) seed << Integer.SIZE);
    Variable in = Variable.parameter(ops.constant(x, dims).tensor());
    Variable out = ops.dropout(in, rate);
    c.expect("out", ops.toFloats(out), dropped(x, rate, seed));
    Gradients gradients =
        ops.backward(ops.sumAll(ops.multiply(out, ops.constant(cotangent, dims))));
    c.expect(
        "gradient",
        ops.toFloats(Variable.constant(gradients.require(in))),
        dropped(cotangent, rate, seed));
    @Nullable DropoutKernel kernel = c.kernel(c.backend().fused().dropout());
    if (kernel != null) {
      Tensor guarded = c.memory().input("in", x, Placement.OFFSET, dims);
      Tensor result = c.memory().output("out", Placement.OFFSET, dims);
      kernel.apply(guarded, rate, seed, result);
      c.expect("fused out", c.memory().floats(result), dropped(x, rate, seed));
      Tensor both = c.memory().update("in and out", x, Placement.OFFSET, dims);
      kernel.apply(both, rate, seed, both);
      c.expect("fused out in place", c.memory().floats(both), dropped(x, rate, seed));
    }
  }

  /** One product of float32 numbers, or 0. */
  private static Expected dropped(float[] x, double rate, int seed) {
    float[] want = new float[x.length];
    float factor = (float) (1 / (1 - rate));
    for (int i = 0; i < x.length; i++) {
      want[i] = DropoutHash.uniform(seed, i) >= rate ? x[i] * factor : 0;
    }
    return Expected.exact(Samples.array(want, want.length));
  }
}
