package org.polyak.cpu;

import org.polyak.spi.Allocator;
import org.polyak.spi.Buffer;
import org.polyak.spi.DType;
import org.polyak.spi.DeviceMemoryException;

/** Buffers from the array pools of a device. */
final class CpuAllocator implements Allocator {
  /** As many as fit the longest array that the JVM makes. */
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8 - CpuBuffer.FIRST;

  private final ArrayPool<float[]> floats;
  private final ArrayPool<int[]> ints;
  private final KeptPanels keptPanels;

  CpuAllocator(CpuDevice device) {
    this.floats = device.floats();
    this.ints = device.ints();
    this.keptPanels = device.keptPanels();
  }

  @Override
  public Buffer allocate(DType dtype, long elements) {
    if (elements > MOST_ELEMENTS) {
      throw new DeviceMemoryException(
          "The CPU backend cannot hold a tensor of %,d elements: the most is %,d. Use a smaller batch or model."
              .formatted(elements, MOST_ELEMENTS));
    }
    try {
      return make(dtype, (int) elements);
    } catch (OutOfMemoryError first) {
      keptPanels.clear();
      floats.trim();
      ints.trim();
      try {
        return make(dtype, (int) elements);
      } catch (OutOfMemoryError second) {
        throw exhausted(dtype, elements, second);
      }
    }
  }

  private Buffer make(DType dtype, int elements) {
    return switch (dtype) {
      case F32 -> new CpuBuffer.Floats(floats.borrow(CpuBuffer.FIRST + elements), elements);
      case I32 -> new CpuBuffer.Ints(ints.borrow(CpuBuffer.FIRST + elements), elements);
    };
  }

  private static DeviceMemoryException exhausted(
      DType dtype, long elements, OutOfMemoryError cause) {
    Runtime runtime = Runtime.getRuntime();
    long left = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
    DeviceMemoryException exception =
        new DeviceMemoryException(
            "The CPU backend has no room for %,d bytes: about %,d of the JVM's %,d bytes are left. Use a smaller batch or model, or a larger heap (-Xmx)."
                .formatted(elements * dtype.bytes(), left, runtime.maxMemory()));
    exception.addSuppressed(cause);
    return exception;
  }

  @Override
  public void free(Buffer buffer) {
    switch (buffer) {
      case CpuBuffer.Floats f -> {
        keptPanels.release(f);
        floats.giveBack(f.array());
      }
      case CpuBuffer.Ints i -> ints.giveBack(i.array());
      default ->
          throw new IllegalArgumentException(
              "Not a buffer of the CPU backend: " + buffer.getClass().getName());
    }
  }
}
