package org.polyak.spi;

import org.jspecify.annotations.Nullable;

/**
 * A piece of device memory. A backend extends it with its storage; nobody else looks inside. A
 * buffer belongs to exactly one {@link Scope} until that scope closes or releases it.
 */
public abstract class Buffer {
  private final DType dtype;
  private final long elements;
  private @Nullable Scope owner;
  private boolean alive;

  /** Neighbours among the buffers of the owner, which are a list. */
  @Nullable Buffer previous;

  @Nullable Buffer next;

  /** Device memory for {@code elements} values of a type; contents are unspecified. */
  protected Buffer(DType dtype, long elements) {
    this.dtype = dtype;
    this.elements = elements;
  }

  /** The element type. */
  public final DType dtype() {
    return dtype;
  }

  /** Capacity in elements. */
  public final long elements() {
    return elements;
  }

  /** Capacity in bytes. */
  public final long bytes() {
    return elements * dtype.bytes();
  }

  /**
   * Does nothing while the buffer is alive. Backends call it before they touch the storage.
   *
   * @throws IllegalStateException naming the scope, when that scope has given the memory back
   */
  public final void checkAlive() {
    if (!alive) {
      throw new IllegalStateException(
          "This tensor was used after its memory was given back by scope '%s'. Keep the scope open, or move the tensor to one that lives longer."
              .formatted(owner == null ? "" : owner.path()));
    }
  }

  /** The scope that owns this buffer, or the last one that did. */
  final @Nullable Scope owner() {
    return owner;
  }

  final void adopted(Scope scope) {
    owner = scope;
    alive = true;
  }

  final void disowned() {
    alive = false;
    previous = null;
    next = null;
  }
}
