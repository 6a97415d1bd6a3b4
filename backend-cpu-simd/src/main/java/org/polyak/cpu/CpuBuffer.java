package org.polyak.cpu;

import org.polyak.spi.Buffer;
import org.polyak.spi.DType;
import org.polyak.spi.Layout;
import org.polyak.spi.Tensor;

/**
 * Device memory of this backend: a pooled array, at least as long as the buffer. F32 is always a
 * {@code float[]}, so every vector loop meets one kind of storage.
 */
abstract sealed class CpuBuffer extends Buffer {
  /**
   * Where buffers begin in their arrays. The JVM's G1 collector lays large arrays from the start of
   * a region, and their first element lies after 16 bytes: so the vectors of a buffer are whole
   * cache lines. Elsewhere it is as good as any other place.
   */
  static final int FIRST = 12;

  private CpuBuffer(DType dtype, long elements) {
    super(dtype, elements);
  }

  /**
   * F32 memory. Whoever asks for its array may write; only {@link #unwritten} promises not to. So a
   * copy in another order ({@link KeptPanels}) is known to be good without help from the kernels
   * that write.
   */
  static final class Floats extends CpuBuffer {
    private final float[] array;
    private boolean settled;

    Floats(float[] array, int elements) {
      super(DType.F32, elements);
      this.array = array;
    }

    float[] array() {
      // Threads of one loop may all ask: they store the same, and seldom.
      if (settled) {
        settled = false;
      }
      return array;
    }

    /** Whether nobody else has asked for the array since this was last asked. */
    boolean settle() {
      boolean before = settled;
      settled = true;
      return before;
    }
  }

  /** I32 memory. */
  static final class Ints extends CpuBuffer {
    private final int[] array;

    Ints(int[] array, int elements) {
      super(DType.I32, elements);
      this.array = array;
    }

    int[] array() {
      return array;
    }
  }

  /**
   * The storage of an F32 tensor.
   *
   * @throws IllegalStateException if its scope has given the memory back
   * @throws IllegalArgumentException if it is no F32 tensor of this backend
   */
  static float[] floats(Tensor tensor) {
    if (tensor.buffer() instanceof Floats buffer) {
      buffer.checkAlive();
      return buffer.array();
    }
    throw foreign(tensor, DType.F32);
  }

  /**
   * The storage of an F32 tensor for someone who reads it before anyone writes again.
   *
   * @throws IllegalStateException if its scope has given the memory back
   * @throws IllegalArgumentException if it is no F32 tensor of this backend
   */
  static float[] unwritten(Tensor tensor) {
    if (tensor.buffer() instanceof Floats buffer) {
      buffer.checkAlive();
      return buffer.array;
    }
    throw foreign(tensor, DType.F32);
  }

  /**
   * The storage of an I32 tensor.
   *
   * @throws IllegalStateException if its scope has given the memory back
   * @throws IllegalArgumentException if it is no I32 tensor of this backend
   */
  static int[] ints(Tensor tensor) {
    if (tensor.buffer() instanceof Ints buffer) {
      buffer.checkAlive();
      return buffer.array;
    }
    throw foreign(tensor, DType.I32);
  }

  /** Where the elements of a tensor begin in its storage. */
  static int offset(Tensor tensor) {
    return offset(tensor.layout());
  }

  /** Where the elements of a layout begin in the storage of their buffer. */
  static int offset(Layout layout) {
    return FIRST + Math.toIntExact(layout.offset());
  }

  private static IllegalArgumentException foreign(Tensor tensor, DType wanted) {
    return new IllegalArgumentException(
        "The CPU backend needs an %s tensor of its own here, not %s %s in %s."
            .formatted(
                wanted, tensor.dtype(), tensor.shape(), tensor.buffer().getClass().getName()));
  }
}
