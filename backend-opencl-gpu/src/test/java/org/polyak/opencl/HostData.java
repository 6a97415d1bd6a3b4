package org.polyak.opencl;

import static org.assertj.core.api.Assertions.fail;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.polyak.spi.Backend;
import org.polyak.spi.DType;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * Numbers on their way to a device and back, for tests.
 *
 * @param backend the device's
 * @param scope owns the tensors
 */
record HostData(Backend backend, Scope scope) {
  private static final double UNIT_ROUND_OFF = 0x1p-24;

  /** Normally distributed numbers. */
  static float[] random(long seed, long count) {
    Random random = new Random(seed);
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  Tensor floats(float[] values, int... dims) {
    return upload(values, Layout.contiguous(Shape.of(dims)));
  }

  /** Numbers in a layout of their own; what lies between them is unspecified. */
  Tensor upload(float[] values, Layout layout) {
    Tensor all = scope.allocate(DType.F32, Shape.of(Math.toIntExact(layout.end())));
    Tensor view = all.view(layout);
    backend.upload(MemorySegment.ofArray(values), view);
    return view;
  }

  Tensor ints(int... values) {
    Tensor tensor = scope.allocate(DType.I32, Shape.of(values.length));
    backend.upload(MemorySegment.ofArray(values), tensor);
    return tensor;
  }

  Tensor empty(int... dims) {
    return scope.allocate(DType.F32, Shape.of(dims));
  }

  float[] read(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.shape().size())];
    backend.download(tensor, MemorySegment.ofArray(values));
    return values;
  }

  /**
   * Checks {@code |actual − expected| ≤ roundings · u · magnitude} for every element.
   *
   * @param magnitude for every element the sum of the absolute values of the terms added up
   * @param roundings how many roundings a term goes through at most, in sequence
   */
  static void assertClose(
      String what, float[] actual, double[] expected, double[] magnitude, double roundings) {
    for (int i = 0; i < expected.length; i++) {
      double bound = roundings * UNIT_ROUND_OFF * magnitude[i] + Float.MIN_NORMAL;
      if (!(Math.abs(actual[i] - expected[i]) <= bound)) {
        fail(
            "%s[%d] is %s, not %s; allowed difference %s"
                .formatted(what, i, actual[i], expected[i], bound));
      }
    }
  }
}
