package org.polyak.opencl;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.polyak.opencl.driver.Memory;
import org.polyak.opencl.driver.Queue;
import org.polyak.spi.Allocator;
import org.polyak.spi.Buffer;
import org.polyak.spi.DType;
import org.polyak.spi.DeviceMemoryException;

/**
 * Device memory that is used again and again: a block that a scope gives back serves the next
 * request of its size class. The queue runs in order, so work on the block's former contents is
 * done before that on its new ones. Classes are an eighth of a power of two apart: at most an
 * eighth of a block is wasted.
 */
final class MemoryPool implements Allocator, AutoCloseable {
  private static final int SMALLEST = 256;

  private final Queue queue;
  private final NavigableMap<Long, Deque<Memory>> free = new TreeMap<>();
  private long held;

  MemoryPool(Queue queue) {
    this.queue = queue;
  }

  @Override
  public Buffer allocate(DType dtype, long elements) {
    long bytes = elements * dtype.bytes();
    long size = size(bytes);
    Deque<Memory> blocks = free.get(size);
    Memory block = blocks == null ? null : blocks.pollLast();
    if (block == null) {
      block = fresh(bytes, size);
      held += block.bytes();
    }
    return new OpenClBuffer(dtype, elements, block);
  }

  @Override
  public void free(Buffer buffer) {
    Memory block = ((OpenClBuffer) buffer).block();
    free.computeIfAbsent(block.bytes(), size -> new ArrayDeque<>()).addLast(block);
  }

  @Override
  public void close() {
    releaseFree();
  }

  /** Device memory that this pool holds, in use or free for the next request. */
  long heldBytes() {
    return held;
  }

  /** Where the device has no room, what lies unused in the pool is given back first. */
  private Memory fresh(long bytes, long size) {
    long largest = queue.device().largestAllocation();
    Optional<Memory> block = size > largest ? Optional.empty() : queue.allocate(size);
    if (block.isEmpty()) {
      queue.finish();
      releaseFree();
      block = queue.allocate(size);
    }
    return block.orElseThrow(() ->
        new DeviceMemoryException(
            "Device '%s' has no room for %,d bytes: of its %,d bytes %,d are in use here, and no single piece may have more than %,d. Use a smaller batch or model."
                .formatted(
                    queue.device().name(), bytes, queue.device().memoryBytes(), held, largest)));
  }

  /** Of a block; rounding up does not go beyond what the device allows. */
  private long size(long bytes) {
    return Math.max(bytes, Math.min(sizeClass(bytes), queue.device().largestAllocation()));
  }

  private void releaseFree() {
    for (Deque<Memory> blocks : free.values()) {
      for (Memory block : blocks) {
        held -= block.bytes();
        block.close();
      }
    }
    free.clear();
  }

  /** Sixteen, eighteen, … thirty, thirty-two, thirty-six: eight steps between powers of two. */
  static long sizeClass(long bytes) {
    if (bytes <= SMALLEST) {
      return SMALLEST;
    }
    long step = Long.highestOneBit(bytes - 1) >> 3;
    return (bytes + step - 1) / step * step;
  }
}
