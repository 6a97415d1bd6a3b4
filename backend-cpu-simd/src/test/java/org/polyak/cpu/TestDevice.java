package org.polyak.cpu;

/** A device that ends its threads with the test. */
final class TestDevice implements AutoCloseable {
  private final CpuDevice device;

  TestDevice(int threads, VectorWidth width) {
    device = CpuDevice.start(threads, width);
  }

  CpuFusedKernels fused() {
    return new CpuFusedKernels(device);
  }

  @Override
  public void close() {
    device.pool().close();
  }
}
