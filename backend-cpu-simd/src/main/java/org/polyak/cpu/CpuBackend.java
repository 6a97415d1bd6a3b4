package org.polyak.cpu;

import java.lang.foreign.MemorySegment;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.DType;
import org.polyak.spi.Kernels;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.FusedKernels;

/** The CPU as a device. Every call has done its work when it returns. */
final class CpuBackend implements Backend {
  private final BackendInfo info;
  private final CpuDevice device;
  private final CpuAllocator allocator;
  private final Kernels kernels;
  private final FusedKernels fused;

  CpuBackend(BackendInfo info, CpuDevice device) {
    this.info = info;
    this.device = device;
    this.allocator = new CpuAllocator(device);
    this.kernels = new CpuKernels(device);
    this.fused = new CpuFusedKernels(device);
  }

  @Override
  public BackendInfo info() {
    return info;
  }

  @Override
  public Scope openScope(String label) {
    return Scope.open(label, allocator);
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public FusedKernels fused() {
    return fused;
  }

  @Override
  public void upload(MemorySegment host, Tensor to) {
    if (to.layout().isContiguous()) {
      copyIn(host, to);
      return;
    }
    try (Scope scope = openScope("upload")) {
      Tensor contiguous = scope.allocate(to.dtype(), to.shape());
      copyIn(host, contiguous);
      kernels.copy(contiguous, to);
    }
  }

  @Override
  public void download(Tensor from, MemorySegment host) {
    if (from.layout().isContiguous()) {
      copyOut(from, host);
      return;
    }
    try (Scope scope = openScope("download")) {
      Tensor contiguous = scope.allocate(from.dtype(), from.shape());
      kernels.copy(from, contiguous);
      copyOut(contiguous, host);
    }
  }

  private static void copyIn(MemorySegment host, Tensor to) {
    MemorySegment.copy(host, 0, storage(to), start(to), bytes(to));
  }

  private static void copyOut(Tensor from, MemorySegment host) {
    MemorySegment.copy(storage(from), start(from), host, 0, bytes(from));
  }

  private static MemorySegment storage(Tensor tensor) {
    return tensor.dtype() == DType.F32
        ? MemorySegment.ofArray(CpuBuffer.floats(tensor))
        : MemorySegment.ofArray(CpuBuffer.ints(tensor));
  }

  /** Where the copy begins; nothing may lie behind the end of its buffer. */
  private static long start(Tensor tensor) {
    return tensor.shape().size() == 0
        ? 0
        : (long) CpuBuffer.offset(tensor) * tensor.dtype().bytes();
  }

  private static long bytes(Tensor tensor) {
    return tensor.shape().size() * tensor.dtype().bytes();
  }

  @Override
  public void finish() {
    // Verbs return when their work is done.
  }

  @Override
  public void close() {
    device.close();
  }
}
