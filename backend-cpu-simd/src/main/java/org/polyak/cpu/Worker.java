package org.polyak.cpu;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one thread of the {@link WorkerPool} brings to a task: private scratch memory that is used
 * again by later tasks. Give back what you borrow; after an exception the arrays are simply lost to
 * the garbage collector.
 */
final class Worker {
  private static final long IDLE_BYTE_LIMIT = 64L << 20;

  private final ArrayPool<float[]> floats = ArrayPool.ofFloats(IDLE_BYTE_LIMIT);

  private final ArrayPool<int[]> integers = ArrayPool.ofInts(IDLE_BYTE_LIMIT);
  private final RowTiles rowTiles = new RowTiles();
  private final Panels panels = new Panels();

  /** What is lent to all {@link Scratch}es, a stack. */
  private final List<float[]> lent = new ArrayList<>();

  private final IdentityHashMap<Object, Object> kept = new IdentityHashMap<>();

  /** A float array of at least this length with unspecified contents. */
  float[] borrow(int minimumLength) {
    return floats.borrow(minimumLength);
  }

  /** Returns an array borrowed from this worker. */
  void giveBack(float[] array) {
    floats.giveBack(array);
  }

  /** An int array of at least this length with unspecified contents. */
  int[] borrowIntegers(int minimumLength) {
    return integers.borrow(minimumLength);
  }

  /** Returns an array borrowed from this worker. */
  void giveBack(int[] array) {
    integers.giveBack(array);
  }

  /** The rows of the matrix product that this worker is at. */
  RowTiles rowTiles() {
    return rowTiles;
  }

  /** The right-hand matrix of the product that this worker computes alone. */
  Panels panels() {
    return panels;
  }

  /** What a kernel kept with this worker; null when nothing. */
  <T> @Nullable T kept(Object kernel, Class<T> type) {
    return type.cast(kept.get(kernel));
  }

  /** Keeps what a kernel will need again in its next loop, in place of what it kept before. */
  void keep(Object kernel, Object object) {
    kept.put(kernel, object);
  }

  /** Number of arrays lent. */
  int lent() {
    return lent.size();
  }

  /** Borrows an array until {@link #takeBack} takes it back. */
  float[] lend(int minimumLength) {
    float[] array = floats.borrow(minimumLength);
    lent.add(array);
    return array;
  }

  /** Returns the arrays lent last, down to this number. */
  void takeBack(int number) {
    while (lent.size() > number) {
      floats.giveBack(lent.removeLast());
    }
  }
}
