package org.polyak.spi;

/** What a backend supplies to its scopes: device memory. Called by {@link Scope} only. */
public interface Allocator {
  /**
   * Device memory with unspecified contents, possibly taken from a pool.
   *
   * @throws DeviceMemoryException when the device has no room, with what was asked and what is left
   */
  Buffer allocate(DType dtype, long elements);

  /** Takes memory back, exactly once per buffer. Work submitted earlier may still read it. */
  void free(Buffer buffer);
}
