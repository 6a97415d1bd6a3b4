package org.polyak.conformance.fused;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.ops.SquaredNorms;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.SquaredNormsKernel;

/** Squared norms of many tensors together. */
public final class SquaredNormsCases {
  private SquaredNormsCases() {}

  /** The families. */
  public static List<Family> families() {
    Family family =
        new Family(
            "FUSED-NORMS",
            Chapter.FUSED,
            new Definition("norms_i = Σ x² over tensor i", "SquaredNormsKernel"));
    family.add("one element", (c, s) -> run(c, s, 1));
    family.add("three tensors", (c, s) -> run(c, s, 33, 7, 258));
    family.add("37 tensors", (c, s) -> run(c, s, squares(37)));
    family.add("a large tensor among small ones", (c, s) -> run(c, s, 3, 100_003, 64));
    return List.of(family);
  }

  private static int[] squares(int count) {
    int[] sizes = new int[count];
    for (int i = 0; i < count; i++) {
      sizes[i] = 1 + i * i;
    }
    return sizes;
  }

  private static void run(CaseContext c, Samples s, int... sizes) {
    List<Tensor> tensors = new ArrayList<>();
    double[] norms = new double[sizes.length];
    double[] magnitudes = new double[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      float[] values = s.normal(sizes[i], 1);
      tensors.add(c.memory().input("tensor " + i, values, Placement.OFFSET, sizes[i]));
      for (float value : values) {
        norms[i] += (double) value * value;
      }
      // n − 1 additions and a square of terms that are all positive.
      magnitudes[i] = sizes[i] * norms[i];
    }
    Expected wanted =
        new Expected(Array.of(norms, sizes.length), Array.of(magnitudes, sizes.length), 1);
    Ops ops = Ops.inference(c.engine(), c.scope());
    c.expect("norms", ops.toFloats(SquaredNorms.of(ops, tensors)), wanted);
    @Nullable SquaredNormsKernel kernel = c.kernel(c.backend().fused().squaredNorms());
    if (kernel != null) {
      Tensor out = c.memory().output("norms", Placement.OFFSET, sizes.length);
      kernel.squaredNorms(tensors, out);
      c.expect("fused norms", c.memory().floats(out), wanted);
    }
  }
}
