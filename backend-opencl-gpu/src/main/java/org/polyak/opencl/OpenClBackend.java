package org.polyak.opencl;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.polyak.opencl.driver.Arrival;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.Download;
import org.polyak.spi.Kernels;
import org.polyak.spi.Profile;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.FusedKernels;

/**
 * An OpenCL device with one in-order queue. Only downloads, handing over what one of them began,
 * and {@link #finish} wait.
 */
final class OpenClBackend implements Backend {
  /** What is copied without waiting is staged: for numbers, not for models. */
  private static final long LARGEST_DOWNLOAD = 1 << 20;

  private final BackendInfo info;
  private final OpenClDevice device;
  private final Faults faults;
  private final Kernels kernels;
  private final FusedKernels fused;
  private boolean closed;

  OpenClBackend(BackendInfo info, OpenClDevice device) {
    this.info = info;
    this.device = device;
    this.faults = new Faults(device.queue());
    MatrixProduct product = new MatrixProduct(device);
    this.kernels = new OpenClKernels(device, product, faults);
    this.fused = new OpenClFusedKernels(device, product, faults);
  }

  @Override
  public BackendInfo info() {
    return info;
  }

  @Override
  public Scope openScope(String label) {
    return Scope.open(label, device.pool());
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
      device.queue().write(host.asSlice(0, bytes(to)), OpenClBuffer.memory(to), start(to));
      return;
    }
    try (Scope scope = openScope("upload")) {
      Tensor contiguous = scope.allocate(to.dtype(), to.shape());
      upload(host, contiguous);
      kernels.copy(contiguous, to);
    }
  }

  @Override
  public void download(Tensor from, MemorySegment host) {
    if (from.layout().isContiguous()) {
      faults.ask();
      device.queue().read(OpenClBuffer.memory(from), start(from), host.asSlice(0, bytes(from)));
      faults.report();
      return;
    }
    try (Scope scope = openScope("download")) {
      Tensor contiguous = scope.allocate(from.dtype(), from.shape());
      kernels.copy(from, contiguous);
      download(contiguous, host);
    }
  }

  @Override
  public Download beginDownload(Tensor from) {
    if (bytes(from) == 0 || bytes(from) > LARGEST_DOWNLOAD) {
      return Backend.super.beginDownload(from);
    }
    if (!from.layout().isContiguous()) {
      try (Scope scope = openScope("download")) {
        Tensor contiguous = scope.allocate(from.dtype(), from.shape());
        kernels.copy(from, contiguous);
        return beginDownload(contiguous);
      }
    }
    faults.ask();
    Arrival arrival = device.queue().beginRead(OpenClBuffer.memory(from), start(from), bytes(from));
    return host -> {
      arrival.to(host);
      faults.report();
    };
  }

  @Override
  public void finish() {
    faults.ask();
    device.queue().finish();
    faults.report();
  }

  @Override
  public Optional<Profile> profile() {
    return Optional.of(device.profile());
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      device.queue().finish();
      faults.close();
      device.close();
    }
  }

  private static long start(Tensor tensor) {
    return tensor.layout().offset() * tensor.dtype().bytes();
  }

  private static long bytes(Tensor tensor) {
    return tensor.shape().size() * tensor.dtype().bytes();
  }
}
