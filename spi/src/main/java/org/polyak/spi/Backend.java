package org.polyak.spi;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.polyak.spi.fused.FusedKernels;

/**
 * One open device. Work is executed in program order and may be asynchronous: only {@link
 * #download} and {@link #finish} wait. Nothing silently runs on another device. Confined to one
 * thread at a time. Any call may throw {@link DeviceException}.
 */
public interface Backend extends AutoCloseable {
  /** What this device is. */
  BackendInfo info();

  /** A root owner of device memory. */
  Scope openScope(String label);

  /** The required verbs. */
  Kernels kernels();

  /** The optional fused operations; {@link FusedKernels#NONE} when there are none. */
  default FusedKernels fused() {
    return FusedKernels.NONE;
  }

  /**
   * Copies host memory (native byte order, row-major, {@code shape.size() × dtype.bytes()} bytes)
   * to a tensor of any layout. The host memory may be reused on return.
   */
  void upload(MemorySegment host, Tensor to);

  /** Waits for earlier work, then copies a tensor of any layout to host memory, row-major. */
  void download(Tensor from, MemorySegment host);

  /**
   * Begins to copy a tensor of any layout to the host, and does not wait. A backend that cannot
   * copies it at once.
   */
  default Download beginDownload(Tensor from) {
    int elements = Math.toIntExact(from.shape().size());
    MemorySegment arrived =
        switch (from.dtype()) {
          case F32 -> MemorySegment.ofArray(new float[elements]);
          case I32 -> MemorySegment.ofArray(new int[elements]);
        };
    download(from, arrived);
    return host -> MemorySegment.copy(arrived, 0, host, 0, arrived.byteSize());
  }

  /** Waits until all submitted work is done. */
  void finish();

  /**
   * What the device was given to do since this was last asked, or since it was opened; empty when
   * the backend does not count. Waits for submitted work where device time is measured.
   */
  default Optional<Profile> profile() {
    return Optional.empty();
  }

  /** Releases the device; scopes must be closed before. Harmless when repeated. */
  @Override
  void close();
}
