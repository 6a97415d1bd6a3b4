package org.polyak.cpu;

/**
 * What one thread of the {@link WorkerPool} brings to a task: private scratch memory that is used
 * again by later tasks. Give back what you borrow; after an exception the arrays are simply lost to
 * the garbage collector.
 */
final class Worker {
  private static final long IDLE_BYTE_LIMIT = 64L << 20;

  private final ArrayPool<float[]> floats = ArrayPool.ofFloats(IDLE_BYTE_LIMIT);

  /** A float array of at least this length with unspecified contents. */
  float[] borrow(int minimumLength) {
    return floats.borrow(minimumLength);
  }

  /** Returns an array borrowed from this worker. */
  void giveBack(float[] array) {
    floats.giveBack(array);
  }
}
