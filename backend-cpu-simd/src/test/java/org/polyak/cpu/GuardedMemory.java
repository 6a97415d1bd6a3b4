package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.polyak.spi.Allocator;
import org.polyak.spi.Buffer;
import org.polyak.spi.DType;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/** Tensors between guard zones of NaN, so that a stray read or write shows. */
final class GuardedMemory implements AutoCloseable {
  private static final int GUARD = 37;

  private final Scope scope = Scope.open("test", new HeapAllocator());
  private final List<Tensor> tensors = new ArrayList<>();

  /** A contiguous tensor of NaN. */
  Tensor empty(int... dims) {
    return view(Layout.contiguous(Shape.of(dims)));
  }

  /** A contiguous tensor with these elements. */
  Tensor floats(float[] values, int... dims) {
    Tensor tensor = empty(dims);
    write(tensor, values);
    return tensor;
  }

  /**
   * A tensor {@code [B, N, H, D]} with these elements in row-major order, whose batch and sequence
   * strides leave gaps of NaN.
   */
  Tensor strided(float[] values, int... dims) {
    long row = (long) dims[2] * dims[3] + 5;
    long sequence = dims[1] * row + 3;
    Tensor tensor = view(Layout.strided(Shape.of(dims), new long[] {sequence, row, dims[3], 1}, 0));
    write(tensor, values);
    return tensor;
  }

  /** An I32 tensor with these elements. */
  Tensor ints(int... values) {
    Tensor tensor = scope.allocate(DType.I32, Shape.of(values.length));
    System.arraycopy(values, 0, CpuBuffer.ints(tensor), CpuBuffer.FIRST, values.length);
    return tensor;
  }

  /** Random values, normal with this standard deviation. */
  static float[] random(Random random, int count, double deviation) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }

  /** The elements in row-major order. */
  static float[] read(Tensor tensor) {
    int[] positions = positions(tensor.layout());
    float[] data = CpuBuffer.floats(tensor);
    float[] values = new float[positions.length];
    for (int i = 0; i < positions.length; i++) {
      values[i] = data[positions[i]];
    }
    return values;
  }

  /** The bits of all elements of some tensors. */
  static int[] bits(List<Tensor> results) {
    return results.stream()
        .map(GuardedMemory::read)
        .flatMapToInt(values ->
            IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])))
        .toArray();
  }

  /** Sets all elements, in row-major order. */
  static void write(Tensor tensor, float[] values) {
    int[] positions = positions(tensor.layout());
    float[] data = CpuBuffer.floats(tensor);
    for (int i = 0; i < positions.length; i++) {
      data[positions[i]] = values[i];
    }
  }

  /** Checks that nothing outside the tensors was written. */
  void assertGuardsIntact() {
    for (Tensor tensor : tensors) {
      float[] data = CpuBuffer.floats(tensor);
      boolean[] inside = new boolean[data.length];
      for (int position : positions(tensor.layout())) {
        inside[position] = true;
      }
      for (int i = 0; i < data.length; i++) {
        if (!inside[i]) {
          assertThat(data[i]).as("position %d outside %s", i, tensor.layout()).isNaN();
        }
      }
    }
  }

  @Override
  public void close() {
    scope.close();
  }

  private Tensor view(Layout layout) {
    int elements = Math.toIntExact(layout.end()) + 2 * GUARD;
    Tensor whole = scope.allocate(DType.F32, Shape.of(elements));
    Arrays.fill(CpuBuffer.floats(whole), Float.NaN);
    Tensor tensor =
        whole.view(Layout.strided(layout.shape(), layout.strides(), layout.offset() + GUARD));
    tensors.add(tensor);
    return tensor;
  }

  private static int[] positions(Layout layout) {
    int[] dims = layout.shape().dims();
    int[] positions = new int[Math.toIntExact(layout.shape().size())];
    for (int i = 0; i < positions.length; i++) {
      long position = CpuBuffer.offset(layout);
      int rest = i;
      for (int axis = dims.length - 1; axis >= 0; axis--) {
        position += rest % dims[axis] * layout.stride(axis);
        rest /= dims[axis];
      }
      positions[i] = Math.toIntExact(position);
    }
    return positions;
  }

  /** A plain array for every buffer. */
  private static final class HeapAllocator implements Allocator {
    @Override
    public Buffer allocate(DType dtype, long elements) {
      int count = Math.toIntExact(elements);
      int length = CpuBuffer.FIRST + count;
      return switch (dtype) {
        case F32 -> new CpuBuffer.Floats(new float[length], count);
        case I32 -> new CpuBuffer.Ints(new int[length], count);
      };
    }

    @Override
    public void free(Buffer buffer) {}
  }
}
