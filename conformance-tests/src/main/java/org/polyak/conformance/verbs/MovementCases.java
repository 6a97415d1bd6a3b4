package org.polyak.conformance.verbs;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.spi.DType;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/** Verbs that move elements without changing them: transfers, copy, fill. */
public final class MovementCases {
  private static final int[] DIMS = {2, 3, 5, 7};
  private static final int COUNT = 2 * 3 * 5 * 7;

  /** More elements than 2¹⁶, which bounds a launch on some devices. */
  private static final int MANY = 100_003;

  private MovementCases() {}

  /** The families. */
  public static List<Family> families() {
    return List.of(transfer(), copy(), fill());
  }

  private static Family transfer() {
    return new Family(
            "VERB-TRANSFER",
            Chapter.VERBS,
            new Definition(
                "host memory is row-major; the tensor may have any layout",
                "Backend.upload, Backend.download"))
        .add("upload to all layouts", MovementCases::uploadEverywhere)
        .add("download from all layouts", MovementCases::downloadEverywhere)
        .add("integers in both directions", MovementCases::integers)
        .add("native and misaligned host memory", MovementCases::nativeMemory)
        .add("a download of a broadcast repeats", MovementCases::downloadBroadcast)
        .add("host memory may be reused after an upload", MovementCases::reuse)
        .add("empty and one-element tensors", MovementCases::tiny)
        .add("an upload waits for work that reads what it overwrites", MovementCases::overwrite);
  }

  private static void uploadEverywhere(CaseContext c, Samples s) {
    for (Placement placement : Placement.values()) {
      float[] values = s.mixed(COUNT, 60);
      Tensor to = c.memory().output("to", placement, DIMS);
      c.backend().upload(MemorySegment.ofArray(values), to);
      c.expectSameBits("upload to " + to.layout(), c.memory().floats(to), values);
    }
  }

  private static void downloadEverywhere(CaseContext c, Samples s) {
    for (Placement placement : Placement.values()) {
      float[] values = s.mixed(COUNT, 60);
      Tensor from = c.memory().input("from", values, placement, DIMS);
      float[] host = new float[COUNT];
      c.backend().download(from, MemorySegment.ofArray(host));
      c.expectSameBits("download from " + from.layout(), host, values);
    }
  }

  private static void integers(CaseContext c, Samples s) {
    for (Placement placement : Placement.values()) {
      int[] values = s.integers(COUNT, Integer.MIN_VALUE, Integer.MAX_VALUE);
      Tensor to = c.memory().integerOutput("to", placement, DIMS);
      c.backend().upload(MemorySegment.ofArray(values), to);
      int[] host = new int[COUNT];
      c.backend().download(to, MemorySegment.ofArray(host));
      c.check(Arrays.equals(host, values), "integers changed on the way through " + to.layout());
    }
  }

  private static void nativeMemory(CaseContext c, Samples s) {
    float[] values = s.mixed(COUNT, 60);
    try (Arena arena = Arena.ofConfined()) {
      for (int misalignment : new int[] {0, 4, 1}) {
        MemorySegment host = arena.allocate(4L * COUNT + 8).asSlice(misalignment, 4L * COUNT);
        MemorySegment.copy(values, 0, host, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, COUNT);
        Tensor to = c.memory().output("to", Placement.GAPPED, DIMS);
        c.backend().upload(host, to);
        host.fill((byte) 0);
        c.backend().download(to, host);
        float[] back = new float[COUNT];
        MemorySegment.copy(host, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, back, 0, COUNT);
        c.expectSameBits("after %d bytes of native memory".formatted(misalignment), back, values);
      }
    }
  }

  private static void downloadBroadcast(CaseContext c, Samples s) {
    float[] values = s.normal(3, 1);
    Tensor column = c.memory().input("from", values, Placement.STRIDED, 3, 1);
    float[] host = new float[12];
    c.backend().download(column.broadcastTo(Shape.of(2, 3, 2)), MemorySegment.ofArray(host));
    float[] want = new float[12];
    Arrays.setAll(new Float[12], i -> want[i] = values[i / 2 % 3]);
    c.expectSameBits("broadcast", host, want);
  }

  private static void reuse(CaseContext c, Samples s) {
    float[] values = s.normal(MANY, 1);
    float[] host = values.clone();
    Tensor to = c.memory().output("to", Placement.DENSE, host.length);
    c.backend().upload(MemorySegment.ofArray(host), to);
    Arrays.fill(host, 7);
    c.expectSameBits("upload", c.memory().floats(to), values);
  }

  private static void overwrite(CaseContext c, Samples s) {
    float[] before = s.normal(MANY, 1);
    float[] after = s.normal(before.length, 1);
    Tensor from = c.memory().update("from", before, Placement.DENSE, before.length);
    Tensor to = c.memory().output("to", Placement.DENSE, before.length);
    c.backend().finish();
    c.kernels().copy(from, to);
    c.backend().upload(MemorySegment.ofArray(after), from);
    c.expectSameBits("copied before", c.memory().floats(to), before);
    c.expectSameBits("uploaded after", c.memory().floats(from), after);
  }

  private static void tiny(CaseContext c, Samples s) {
    Tensor empty = c.scope().allocate(DType.F32, Shape.of(3, 0, 2));
    c.backend().upload(MemorySegment.ofArray(new float[0]), empty);
    c.backend().download(empty, MemorySegment.ofArray(new float[0]));
    float[] one = s.normal(1, 1);
    Tensor scalar = c.memory().output("scalar", Placement.OFFSET);
    c.backend().upload(MemorySegment.ofArray(one), scalar);
    c.expectSameBits("scalar", c.memory().floats(scalar), one);
  }

  private static Family copy() {
    return new Family("VERB-COPY", Chapter.VERBS, new Definition("out = in", "Kernels.copy"))
        .add("between all layouts", MovementCases::copyEverywhere)
        .add("integers between all layouts", MovementCases::copyIntegers)
        .add("bits are kept: signed zeros, subnormals, infinities", MovementCases::copySpecial)
        .add("of a broadcast", MovementCases::copyBroadcast)
        .add("every length from 0 to 67", MovementCases::copyLengths)
        .add("100,003 elements", MovementCases::copyMany)
        .add("six axes in another order", MovementCases::copySixAxes);
  }

  private static void copyEverywhere(CaseContext c, Samples s) {
    for (Placement in : Placement.values()) {
      for (Placement out : Placement.values()) {
        float[] values = s.mixed(COUNT, 60);
        Tensor from = c.memory().input("in", values, in, DIMS);
        Tensor to = c.memory().output("out", out, DIMS);
        c.kernels().copy(from, to);
        c.expectSameBits("copy from %s to %s".formatted(in, out), c.memory().floats(to), values);
      }
    }
  }

  private static void copyIntegers(CaseContext c, Samples s) {
    for (Placement in : Placement.values()) {
      for (Placement out : Placement.values()) {
        int[] values = s.integers(COUNT, Integer.MIN_VALUE, Integer.MAX_VALUE);
        Tensor from = c.memory().integers("in", values, in, DIMS);
        Tensor to = c.memory().integerOutput("out", out, DIMS);
        c.kernels().copy(from, to);
        c.check(
            Arrays.equals(c.memory().integers(to), values),
            "integers changed between %s and %s".formatted(in, out));
      }
    }
  }

  private static void copySpecial(CaseContext c, Samples s) {
    float[] values = {
      0f, -0f, Float.MIN_VALUE, -1e-40f, Float.MAX_VALUE, Float.NEGATIVE_INFINITY, Float.NaN
    };
    Tensor to = c.memory().output("out", Placement.STRIDED, values.length);
    c.kernels().copy(c.memory().input("in", values, Placement.OFFSET, values.length), to);
    c.expectSameBits("copy", c.memory().floats(to), values);
  }

  private static void copyBroadcast(CaseContext c, Samples s) {
    float[] row = s.normal(5, 1);
    Tensor in = c.memory().input("in", row, Placement.STRIDED, 1, 5, 1);
    Tensor to = c.memory().output("out", Placement.TRANSPOSED, 3, 5, 4);
    c.kernels().copy(in.broadcastTo(Shape.of(3, 5, 4)), to);
    float[] want = new float[60];
    for (int i = 0; i < want.length; i++) {
      want[i] = row[i / 4 % 5];
    }
    c.expectSameBits("copy", c.memory().floats(to), want);
  }

  private static void copyLengths(CaseContext c, Samples s) {
    for (int n = 0; n <= 67; n++) {
      float[] values = s.normal(n, 1);
      Tensor to = c.memory().output("out", Placement.DENSE, n);
      c.kernels().copy(c.memory().input("in", values, Placement.OFFSET, n), to);
      c.expectSameBits("copy", c.memory().floats(to), values);
    }
  }

  private static void copyMany(CaseContext c, Samples s) {
    float[] values = s.normal(MANY, 1);
    Tensor to = c.memory().output("out", Placement.OFFSET, MANY);
    c.kernels().copy(c.memory().input("in", values, Placement.DENSE, MANY), to);
    c.expectSameBits("copy", c.memory().floats(to), values);
  }

  private static void copySixAxes(CaseContext c, Samples s) {
    float[] values = s.normal(2 * 3 * 2 * 3 * 2 * 3, 1);
    Tensor in = c.memory().input("in", values, Placement.REVERSED, 2, 3, 2, 3, 2, 3);
    Tensor to = c.memory().output("out", Placement.STRIDED, 3, 2, 2, 3, 3, 2);
    c.kernels().copy(in, to.permute(1, 0, 2, 4, 5, 3));
    c.expectSameBits("copy", c.memory().floats(to.permute(1, 0, 2, 4, 5, 3)), values);
  }

  private static Family fill() {
    return new Family(
            "VERB-FILL",
            Chapter.VERBS,
            new Definition("out = value, for integers rounded towards zero", "Kernels.fill"))
        .add("all layouts", MovementCases::fillEverywhere)
        .add("special values", MovementCases::fillSpecial)
        .add("integers round towards zero", MovementCases::fillIntegers)
        .add("every length from 0 to 67", MovementCases::fillLengths)
        .add("100,003 elements", (c, s) -> filled(c, 0.5, Placement.DENSE, MANY));
  }

  private static void fillEverywhere(CaseContext c, Samples s) {
    for (Placement placement : Placement.values()) {
      filled(c, 0.1, placement, DIMS);
    }
  }

  private static void fillSpecial(CaseContext c, Samples s) {
    for (double value :
        new double[] {0, -0.0, 1e-45, -1e30, Double.NaN, Double.NEGATIVE_INFINITY}) {
      filled(c, value, Placement.OFFSET, 9);
    }
  }

  private static void fillIntegers(CaseContext c, Samples s) {
    for (double value : new double[] {0, 2.9, -2.9, 1e9, -7}) {
      Tensor out = c.memory().integerOutput("out", Placement.GAPPED, 3, 5);
      c.kernels().fill(out, value);
      for (int found : c.memory().integers(out)) {
        c.check(found == (int) value, "filled with %s, found %d".formatted(value, found));
      }
    }
  }

  private static void fillLengths(CaseContext c, Samples s) {
    for (int n = 0; n <= 67; n++) {
      filled(c, -3.5, Placement.DENSE, n);
    }
  }

  private static void filled(CaseContext c, double value, Placement placement, int... dims) {
    Tensor out = c.memory().output("out", placement, dims);
    c.kernels().fill(out, value);
    float[] want = new float[Math.toIntExact(out.shape().size())];
    Arrays.fill(want, (float) value);
    c.expectSameBits("fill with " + value, c.memory().floats(out), want);
  }
}
