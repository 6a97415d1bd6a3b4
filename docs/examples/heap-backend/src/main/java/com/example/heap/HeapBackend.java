package com.example.heap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.polyak.spi.Allocator;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.Buffer;
import org.polyak.spi.DType;
import org.polyak.spi.Kernels;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;

/** A device that is the Java heap, with naive loops. */
final class HeapBackend implements Backend, Allocator {
  static final BackendInfo INFO =
      new BackendInfo("heap", "Java heap", "Java " + Runtime.version(), "f32", 1, Map.of());

  private final Kernels kernels = new HeapKernels();

  @Override
  public BackendInfo info() {
    return INFO;
  }

  @Override
  public Scope openScope(String label) {
    return Scope.open(label, this);
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public Buffer allocate(DType dtype, long elements) {
    return new HeapBuffer(dtype, Math.toIntExact(elements));
  }

  @Override
  public void free(Buffer buffer) {
    // The garbage collector takes it.
  }

  @Override
  public void upload(MemorySegment host, Tensor to) {
    int[] at = {0};
    if (to.dtype() == DType.F32) {
      float[] device = HeapBuffer.floats(to);
      Loop.over(
          to.shape(),
          p -> device[p[0]] = host.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * at[0]++),
          to.layout());
    } else {
      int[] device = HeapBuffer.integers(to);
      Loop.over(
          to.shape(),
          p -> device[p[0]] = host.get(ValueLayout.JAVA_INT_UNALIGNED, 4L * at[0]++),
          to.layout());
    }
  }

  @Override
  public void download(Tensor from, MemorySegment host) {
    int[] at = {0};
    if (from.dtype() == DType.F32) {
      float[] device = HeapBuffer.floats(from);
      Loop.over(
          from.shape(),
          p -> host.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * at[0]++, device[p[0]]),
          from.layout());
    } else {
      int[] device = HeapBuffer.integers(from);
      Loop.over(
          from.shape(),
          p -> host.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * at[0]++, device[p[0]]),
          from.layout());
    }
  }

  @Override
  public void finish() {
    // Everything is done when its call returns.
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
