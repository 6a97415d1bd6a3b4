package org.polyak.spi;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An explicit owner of device memory. Every tensor is allocated in a scope and lives until that
 * scope closes, releases it, or moves it elsewhere. Closing a scope closes its children first and
 * is harmless when repeated. Confined to one thread at a time.
 */
public final class Scope implements AutoCloseable {
  private final String path;
  private final Allocator allocator;
  private final @Nullable Scope parent;
  private final Set<Scope> children = new LinkedHashSet<>();

  /** Ends of the list of buffers, which they link themselves: a step of training owns hundreds. */
  private @Nullable Buffer oldest;

  private @Nullable Buffer newest;
  private long liveBuffers;
  private long liveBytes;
  private long peakBytes;
  private boolean closed;

  private Scope(String path, Allocator allocator, @Nullable Scope parent) {
    this.path = path;
    this.allocator = allocator;
    this.parent = parent;
  }

  /** A root scope on an allocator. Backends call this from {@link Backend#openScope}. */
  public static Scope open(String label, Allocator allocator) {
    return new Scope(label, allocator, null);
  }

  /** A scope inside this one: it closes no later, and its memory counts here too. */
  public Scope child(String label) {
    checkOpen();
    Scope child = new Scope(path + "/" + label, allocator, this);
    children.add(child);
    return child;
  }

  /** Labels from the root to this scope, separated by slashes. */
  public String path() {
    return path;
  }

  /**
   * A contiguous tensor with unspecified contents.
   *
   * @throws DeviceMemoryException when the device has no room
   * @throws IllegalStateException when this scope is closed
   */
  public Tensor allocate(DType dtype, Shape shape) {
    checkOpen();
    Buffer buffer = allocator.allocate(dtype, shape.size());
    adopt(buffer);
    return new Tensor(buffer, dtype, Layout.contiguous(shape));
  }

  /**
   * Hands the tensor's memory to another scope of the same backend; views move with it.
   *
   * @return the same tensor
   */
  @SuppressWarnings("ReferenceEquality") // one allocator is one backend: identity is the question
  public Tensor moveTo(Scope target, Tensor tensor) {
    checkOpen();
    target.checkOpen();
    if (target.allocator != allocator) {
      throw new IllegalArgumentException(
          "A tensor of scope '%s' cannot move to scope '%s': they belong to different backends."
              .formatted(path, target.path));
    }
    disown(tensor.buffer());
    target.adopt(tensor.buffer());
    return tensor;
  }

  /** Gives one tensor's memory back before the scope closes; all its views die. */
  public void release(Tensor tensor) {
    checkOpen();
    disown(tensor.buffer());
    allocator.free(tensor.buffer());
  }

  /** What this scope and its children hold now, and held at most. */
  public MemoryStats stats() {
    return new MemoryStats(liveBuffers, liveBytes, peakBytes);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    for (Scope child : List.copyOf(children)) {
      child.close();
    }
    while (oldest != null) {
      Buffer buffer = oldest;
      disown(buffer);
      allocator.free(buffer);
    }
    closed = true;
    if (parent != null) {
      parent.children.remove(this);
    }
  }

  private void adopt(Buffer buffer) {
    buffer.adopted(this);
    buffer.previous = newest;
    if (newest == null) {
      oldest = buffer;
    } else {
      newest.next = buffer;
    }
    newest = buffer;
    count(1, buffer.bytes());
  }

  private void disown(Buffer buffer) {
    buffer.checkAlive();
    Scope owner = buffer.owner();
    if (!equals(owner)) {
      throw new IllegalArgumentException(
          "Scope '%s' does not own this tensor; scope '%s' does."
              .formatted(path, owner == null ? "(none)" : owner.path));
    }
    Buffer before = buffer.previous;
    Buffer after = buffer.next;
    if (before == null) {
      oldest = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      newest = before;
    } else {
      after.previous = before;
    }
    buffer.disowned();
    count(-1, -buffer.bytes());
  }

  private void count(int bufferChange, long byteChange) {
    for (Scope scope = this; scope != null; scope = scope.parent) {
      scope.liveBuffers += bufferChange;
      scope.liveBytes += byteChange;
      scope.peakBytes = Math.max(scope.peakBytes, scope.liveBytes);
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("Scope '" + path + "' is closed.");
    }
  }
}
