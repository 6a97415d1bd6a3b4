package org.polyak.conformance.mutants;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.polyak.spi.Allocator;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.Buffer;
import org.polyak.spi.DType;
import org.polyak.spi.DeviceMemoryException;
import org.polyak.spi.Kernels;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * Another backend behind a queue, as on a GPU: work waits until {@link #finish} or {@link
 * #download}, and memory that is given back goes to a pool, at once, because what takes it next is
 * queued behind what used it before.
 *
 * <p>Correct as it stands; mutants override what they break.
 */
class QueuedDevice implements Backend, Allocator {
  /** What the device holds at most; the catalogue needs far less at a time. */
  private static final long CAPACITY = 256L << 20;

  final Backend good;
  private final Scope memory;
  private final Queue<Runnable> queue = new ArrayDeque<>();
  private final Map<Extent, ArrayDeque<Tensor>> pool = new HashMap<>();
  private long allocatedBytes;

  /** What a pooled piece of memory is found by. */
  private record Extent(DType dtype, long elements) {}

  /** A handle on pooled memory. */
  static final class Handle extends Buffer {
    private final Tensor storage;

    Handle(Tensor storage) {
      super(storage.dtype(), storage.shape().size());
      this.storage = storage;
    }
  }

  QueuedDevice(Backend good) {
    this.good = good;
    this.memory = good.openScope("device");
  }

  /** Appends work that was asked for. */
  void submit(Runnable work) {
    queue.add(work);
  }

  /** Does all work that waits. */
  void drain() {
    for (Runnable work = queue.poll(); work != null; work = queue.poll()) {
      work.run();
    }
  }

  /** Refuses memory that was given back. */
  void check(Buffer buffer) {
    buffer.checkAlive();
  }

  /** The memory behind a tensor, in the same layout. */
  Tensor storage(Tensor tensor) {
    check(tensor.buffer());
    return behind(tensor.buffer()).view(tensor.layout());
  }

  /** The whole memory behind a handle. */
  static Tensor behind(Buffer buffer) {
    return ((Handle) buffer).storage;
  }

  /** Makes memory available again. */
  void recycle(Tensor storage) {
    pool.computeIfAbsent(extent(storage), none -> new ArrayDeque<>()).add(storage);
  }

  /** What is left of host memory when an upload is executed: a copy. */
  MemorySegment staged(MemorySegment host) {
    return MemorySegment.ofArray(host.toArray(ValueLayout.JAVA_BYTE));
  }

  @Override
  public Buffer allocate(DType dtype, long elements) {
    ArrayDeque<Tensor> free = pool.get(new Extent(dtype, elements));
    if (free != null && !free.isEmpty()) {
      return new Handle(free.poll());
    }
    long bytes = elements * dtype.bytes();
    if (allocatedBytes + bytes > CAPACITY) {
      drain();
      trim();
    }
    if (allocatedBytes + bytes > CAPACITY) {
      throw new DeviceMemoryException(
          "%d bytes were asked for; %d of %d are in use."
              .formatted(bytes, allocatedBytes, CAPACITY));
    }
    allocatedBytes += bytes;
    return new Handle(memory.allocate(dtype, Shape.of(Math.toIntExact(elements))));
  }

  @Override
  public void free(Buffer buffer) {
    recycle(behind(buffer));
  }

  /** Gives pooled memory back. */
  private void trim() {
    List<Tensor> free = new ArrayList<>();
    pool.values().forEach(free::addAll);
    pool.clear();
    for (Tensor storage : free) {
      allocatedBytes -= storage.buffer().bytes();
      memory.release(storage);
    }
  }

  private static Extent extent(Tensor storage) {
    return new Extent(storage.dtype(), storage.shape().size());
  }

  @Override
  public BackendInfo info() {
    return good.info();
  }

  @Override
  public Scope openScope(String label) {
    return Scope.open(label, this);
  }

  @Override
  public Kernels kernels() {
    return new QueuedKernels(this);
  }

  @Override
  public void upload(MemorySegment host, Tensor to) {
    Tensor storage = storage(to);
    MemorySegment copy = staged(host);
    submit(() -> good.upload(copy, storage));
  }

  @Override
  public void download(Tensor from, MemorySegment host) {
    Tensor storage = storage(from);
    drain();
    good.download(storage, host);
  }

  @Override
  public void finish() {
    drain();
  }

  @Override
  public void close() {
    memory.close();
    good.close();
  }
}
