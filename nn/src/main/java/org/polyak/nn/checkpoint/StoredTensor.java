package org.polyak.nn.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.polyak.spi.Backend;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * A tensor in host memory as a safetensors file holds it: row-major, little-endian.
 *
 * @param type the element type
 * @param shape the extents
 * @param data {@code shape.size() × type.bytes()} bytes
 */
public record StoredTensor(ElementType type, Shape shape, MemorySegment data) {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Checks that the data has the size of the shape. */
  public StoredTensor {
    if (data.byteSize() != shape.size() * type.bytes()) {
      throw new IllegalArgumentException(
          "A %s tensor of shape %s takes %d bytes, not %d."
              .formatted(type, shape, shape.size() * type.bytes(), data.byteSize()));
    }
  }

  /** An F32 tensor with a copy of these values, row-major. */
  public static StoredTensor ofFloats(Shape shape, float[] values) {
    MemorySegment data = Arena.ofAuto().allocate(4L * values.length, 8);
    MemorySegment.copy(values, 0, data, FLOAT, 0, values.length);
    return new StoredTensor(ElementType.F32, shape, data);
  }

  /** An I64 tensor of rank 1 with a copy of these values. */
  public static StoredTensor ofLongs(long[] values) {
    MemorySegment data = Arena.ofAuto().allocate(8L * values.length, 8);
    MemorySegment.copy(values, 0, data, LONG, 0, values.length);
    return new StoredTensor(ElementType.I64, Shape.of(values.length), data);
  }

  /**
   * A copy of a tensor on a device; waits for the work that computes it.
   *
   * @param tensor F32, of any layout
   */
  public static StoredTensor download(Backend backend, Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.shape().size())];
    backend.download(tensor, MemorySegment.ofArray(values));
    return ofFloats(tensor.shape(), values);
  }

  /**
   * Copies the values to a tensor on a device.
   *
   * @param target F32, of the same shape and any layout
   */
  public void upload(Backend backend, Tensor target) {
    if (!target.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "Values of shape %s do not fit a tensor of shape %s.".formatted(shape, target.shape()));
    }
    backend.upload(MemorySegment.ofArray(toFloats()), target);
  }

  /** The values as floats, row-major; those of other types are {@link #toDoubles} rounded. */
  public float[] toFloats() {
    float[] values = new float[count()];
    if (type == ElementType.F32) {
      MemorySegment.copy(data, FLOAT, 0, values, 0, values.length);
    } else {
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) element(i);
      }
    }
    return values;
  }

  /** The values as doubles, row-major; 64-bit integers beyond 2⁵³ are rounded. */
  public double[] toDoubles() {
    double[] values = new double[count()];
    Arrays.setAll(values, this::element);
    return values;
  }

  /**
   * The values of an integer tensor, row-major.
   *
   * @throws IllegalStateException when the element type is not an integer
   */
  public long[] toLongs() {
    long[] values = new long[count()];
    Arrays.setAll(
        values,
        i ->
            switch (type) {
              case I64 -> data.getAtIndex(LONG, i);
              case I32 -> data.getAtIndex(INT, i);
              case F64, F32 ->
                  throw new IllegalStateException("A " + type + " tensor has no integers.");
            });
    return values;
  }

  private double element(int index) {
    return switch (type) {
      case F64 -> data.getAtIndex(DOUBLE, index);
      case F32 -> data.getAtIndex(FLOAT, index);
      case I64 -> data.getAtIndex(LONG, index);
      case I32 -> data.getAtIndex(INT, index);
    };
  }

  private int count() {
    return Math.toIntExact(shape.size());
  }
}
