package org.polyak.cpu;

import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import org.polyak.spi.DType;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/** Random views for tests: permuted, spaced, offset, broadcast, in memory full of NaN. */
final class Views {
  private final Scope scope;
  private final Random random;

  Views(Scope scope, Random random) {
    this.scope = scope;
    this.random = random;
  }

  /** An input: any strides, broadcasts included. */
  Tensor input(Shape shape) {
    Tensor tensor = view(shape, random.nextInt(3) == 0);
    float[] data = CpuBuffer.floats(tensor);
    for (int at : positions(tensor.layout())) {
      data[at] = (random.nextFloat() - 0.5f) * (1 << random.nextInt(4));
    }
    return tensor;
  }

  /** An output: any strides but 0; it holds NaN. */
  Tensor output(Shape shape) {
    return view(shape, false);
  }

  /** A contiguous I32 tensor with a gap between elements now and then. */
  Tensor indices(int count, int bound) {
    int step = 1 + random.nextInt(2);
    Tensor all = scope.allocate(DType.I32, Shape.of(count * step + 3));
    Tensor tensor = all.view(Layout.strided(Shape.of(count), new long[] {step}, random.nextInt(3)));
    int[] data = CpuBuffer.ints(tensor);
    for (int at : positions(tensor.layout())) {
      data[at] = random.nextInt(bound);
    }
    return tensor;
  }

  /** A shape of awkward extents. */
  Shape shape(int rank) {
    int[] awkward = {1, 2, 3, 5, 8, 16, 17, 31, 33};
    int[] dims = new int[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = awkward[random.nextInt(awkward.length)];
    }
    return Shape.of(dims);
  }

  private Tensor view(Shape shape, boolean broadcast) {
    Integer[] order = new Integer[shape.rank()];
    Arrays.setAll(order, axis -> axis);
    if (random.nextBoolean()) {
      Collections.shuffle(Arrays.asList(order), random);
    }
    long[] strides = new long[shape.rank()];
    long size = random.nextInt(4) == 0 ? 2 : 1;
    for (int i = shape.rank() - 1; i >= 0; i--) {
      int axis = order[i];
      if (broadcast && random.nextBoolean()) {
        strides[axis] = 0;
      } else {
        strides[axis] = size;
        size = size * shape.dim(axis) + (random.nextInt(4) == 0 ? 3 : 0);
      }
    }
    int offset = random.nextInt(3) * 5;
    Tensor all = scope.allocate(DType.F32, Shape.of(Math.toIntExact(size) + offset + 4));
    Arrays.fill(CpuBuffer.floats(all), Float.NaN);
    return all.view(Layout.strided(shape, strides, offset));
  }

  /** The elements of a tensor in row-major order. */
  static float[] values(Tensor tensor) {
    float[] data = CpuBuffer.floats(tensor);
    int[] positions = positions(tensor.layout());
    float[] values = new float[positions.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = data[positions[i]];
    }
    return values;
  }

  /** Everything around the elements still is NaN. */
  static void assertNothingElseWritten(Tensor output) {
    float[] around = CpuBuffer.floats(output).clone();
    for (int at : positions(output.layout())) {
      around[at] = Float.NaN;
    }
    for (int i = 0; i < output.buffer().elements(); i++) {
      float value = around[CpuBuffer.FIRST + i];
      if (!Float.isNaN(value)) {
        fail("memory at %d around %s was written: %s", i, output.layout(), value);
      }
    }
  }

  /** Where the elements lie, in row-major order. */
  static int[] positions(Layout layout) {
    int[] positions = new int[Math.toIntExact(layout.shape().size())];
    for (int i = 0; i < positions.length; i++) {
      long at = CpuBuffer.offset(layout);
      int rest = i;
      for (int axis = layout.shape().rank() - 1; axis >= 0; axis--) {
        at += rest % layout.shape().dim(axis) * layout.stride(axis);
        rest /= layout.shape().dim(axis);
      }
      positions[i] = Math.toIntExact(at);
    }
    return positions;
  }
}
