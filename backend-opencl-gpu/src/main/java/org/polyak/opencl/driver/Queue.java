package org.polyak.opencl.driver;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_event;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Profile;

/**
 * One in-order queue of work on one device, with the context that it lives in. Nothing waits but
 * {@link #read}, {@link #finish} and {@link Arrival#to}. Confined to one thread at a time.
 */
public final class Queue implements AutoCloseable {
  /** Largest number of bytes that one transfer hands to the driver: Java's buffers end there. */
  private static final long LARGEST_TRANSFER = 1L << 30;

  private final Device device;
  private final cl_context context;
  private final cl_command_queue queue;
  private final @Nullable LaunchClock clock;

  /** The driver writes to their memory, whether or not anyone waits for it. */
  private final Set<Arrival> arrivals = new HashSet<>();

  private long uploads;
  private long uploadedBytes;
  private long downloads;
  private long downloadedBytes;
  private boolean closed;

  /**
   * Opens a device.
   *
   * @param measures whether the device time of every launch is measured, which costs time itself
   */
  @SuppressWarnings(
      "deprecation") // the queue of OpenCL 1.2, which is all that is asked of a device
  public Queue(Device device, boolean measures) {
    this.device = device;
    this.clock = measures ? new LaunchClock() : null;
    cl_context_properties properties = new cl_context_properties();
    properties.addProperty(CL.CL_CONTEXT_PLATFORM, device.handle().platform);
    int[] status = {0};
    try (SignalHandlers _ = SignalHandlers.keep()) {
      context =
          CL.clCreateContext(
              properties, 1, new cl_device_id[] {device.handle().device}, null, null, status);
      Status.check(status[0], "opening device '%s'".formatted(device.name()));
      long wanted = measures ? CL.CL_QUEUE_PROFILING_ENABLE : 0;
      queue = CL.clCreateCommandQueue(context, device.handle().device, wanted, status);
      if (status[0] != CL.CL_SUCCESS) {
        CL.clReleaseContext(context);
        throw Status.failure(status[0], "opening a queue on device '%s'".formatted(device.name()));
      }
    }
  }

  /** The device. */
  public Device device() {
    return device;
  }

  /** Whether the device time of launches is measured. */
  public boolean measures() {
    return clock != null;
  }

  /** Waits for the launches whose time is measured, and adds it to their kernels. */
  public void readClock() {
    if (clock != null) {
      clock.read();
    }
  }

  /** Copies to the device, since {@link #clearCounts}. */
  public Profile.Transfers uploads() {
    return new Profile.Transfers(uploads, uploadedBytes);
  }

  /** Copies from the device, since {@link #clearCounts}. */
  public Profile.Transfers downloads() {
    return new Profile.Transfers(downloads, downloadedBytes);
  }

  /** Begins to count copies from 0 again. */
  public void clearCounts() {
    uploads = 0;
    uploadedBytes = 0;
    downloads = 0;
    downloadedBytes = 0;
  }

  /**
   * Device memory with unspecified contents; empty when the device has no room.
   *
   * @param bytes at least 1
   */
  public Optional<Memory> allocate(long bytes) {
    int[] status = {0};
    cl_mem handle = CL.clCreateBuffer(context, CL.CL_MEM_READ_WRITE, bytes, null, status);
    if (Status.isOutOfMemory(status[0])) {
      return Optional.empty();
    }
    Status.check(status[0], "allocating %,d bytes".formatted(bytes));
    if (Status.isOutOfMemory(makeResident(handle))) {
      CL.clReleaseMemObject(handle);
      return Optional.empty();
    }
    return Optional.of(new Memory(handle, bytes));
  }

  /**
   * Drivers look for room when memory is first used; asked now, they say no where it can be mended.
   * Whatever else they say does not matter: they need not move anything.
   */
  private int makeResident(cl_mem handle) {
    return CL.clEnqueueMigrateMemObjects(
        queue, 1, new cl_mem[] {handle}, CL.CL_MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED, 0, null, null);
  }

  /** Copies host memory to the device; the host memory may be reused on return. */
  public void write(MemorySegment host, Memory to, long toByte) {
    uploads++;
    uploadedBytes += host.byteSize();
    for (long at = 0; at < host.byteSize(); at += LARGEST_TRANSFER) {
      MemorySegment part = host.asSlice(at, Math.min(LARGEST_TRANSFER, host.byteSize() - at));
      Status.check(
          CL.clEnqueueWriteBuffer(
              queue, to.handle(), true, toByte + at, part.byteSize(), pointer(part), 0, null, null),
          "writing to the device");
    }
  }

  /** Waits for earlier work, then copies device memory to the host. */
  public void read(Memory from, long fromByte, MemorySegment host) {
    read(from, fromByte, host, true, null);
  }

  /**
   * Copies device memory to the host, at the latest when the host next waits.
   *
   * @param host native memory, not to be touched until then
   */
  public void readSoon(Memory from, MemorySegment host) {
    read(from, 0, host, false, null);
  }

  /**
   * Begins to copy device memory to the host, and hands it to the device at once.
   *
   * @param bytes from 1 to 2³⁰
   */
  public Arrival beginRead(Memory from, long fromByte, long bytes) {
    Arrival arrival = new Arrival(this, bytes);
    read(from, fromByte, arrival.staged(), false, arrival.event());
    arrivals.add(arrival);
    flush();
    return arrival;
  }

  void forget(Arrival arrival) {
    if (arrivals.remove(arrival)) {
      arrival.release();
    }
  }

  private void read(
      Memory from, long fromByte, MemorySegment host, boolean waits, @Nullable cl_event event) {
    downloads++;
    downloadedBytes += host.byteSize();
    for (long at = 0; at < host.byteSize(); at += LARGEST_TRANSFER) {
      MemorySegment part = host.asSlice(at, Math.min(LARGEST_TRANSFER, host.byteSize() - at));
      Status.check(
          CL.clEnqueueReadBuffer(
              queue,
              from.handle(),
              waits,
              fromByte + at,
              part.byteSize(),
              pointer(part),
              0,
              null,
              event),
          "reading from the device");
    }
  }

  /** Hands everything submitted so far to the device, without waiting. */
  public void flush() {
    Status.check(CL.clFlush(queue), "flushing the queue");
  }

  /** Waits until all submitted work is done. */
  public void finish() {
    Status.check(CL.clFinish(queue), "waiting for the device");
  }

  void launch(Kernel kernel, long[] global, long[] local) {
    cl_event event = clock == null ? null : new cl_event();
    int status =
        CL.clEnqueueNDRangeKernel(
            queue, kernel.handle(), global.length, null, global, local, 0, null, event);
    if (status != CL.CL_SUCCESS) {
      throw Status.failure(status, "launching kernel '%s'".formatted(kernel.name()));
    }
    if (clock != null && event != null) {
      clock.add(kernel, event);
    }
  }

  cl_context context() {
    return context;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      CL.clFinish(queue);
      arrivals.forEach(Arrival::release);
      if (clock != null) {
        clock.forget();
      }
      Status.check(CL.clReleaseCommandQueue(queue), "closing the queue");
      Status.check(CL.clReleaseContext(context), "closing the device");
    }
  }

  /** Native memory as it is; of the heap, the array itself with an offset. */
  private static Pointer pointer(MemorySegment host) {
    @Nullable Object array = host.heapBase().orElse(null);
    if (array == null) {
      return Pointer.to(host.asByteBuffer());
    }
    Pointer base =
        switch (array) {
          case float[] floats -> Pointer.to(floats);
          case int[] integers -> Pointer.to(integers);
          case byte[] bytes -> Pointer.to(bytes);
          default ->
              throw new IllegalArgumentException(
                  "Host memory must be native, or float[], int[] or byte[], not %s."
                      .formatted(array.getClass().getSimpleName()));
        };
    return base.withByteOffset(host.address());
  }
}
