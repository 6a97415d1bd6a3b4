package org.polyak.cpu;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;

/**
 * Free lists of arrays by size class, so that a steady training step allocates almost nothing.
 *
 * <p>A size class is a power of two times 1, 1¼, 1½ or 1¾, and {@link CpuBuffer#FIRST}, since most
 * buffers have such a size; an array is at most a quarter longer than asked for. Arrays come back
 * with whatever they last held. Arrays that would take the idle memory over the limit are left to
 * the garbage collector. Not thread-safe.
 *
 * @param <A> the array type; its elements have four bytes
 */
final class ArrayPool<A> {
  private static final int LEAST = 16;
  private static final int MOST = Integer.MAX_VALUE - 8;
  private static final int ELEMENT_BYTES = 4;

  private final IntFunction<A> maker;
  private final ToIntFunction<A> length;
  private final long idleByteLimit;
  private final List<ArrayDeque<A>> free = new ArrayList<>();
  private long idleBytes;

  private ArrayPool(IntFunction<A> maker, ToIntFunction<A> length, long idleByteLimit) {
    this.maker = maker;
    this.length = length;
    this.idleByteLimit = idleByteLimit;
  }

  /** An empty pool of float arrays. */
  static ArrayPool<float[]> ofFloats(long idleByteLimit) {
    return new ArrayPool<>(float[]::new, array -> array.length, idleByteLimit);
  }

  /** An empty pool of int arrays. */
  static ArrayPool<int[]> ofInts(long idleByteLimit) {
    return new ArrayPool<>(int[]::new, array -> array.length, idleByteLimit);
  }

  /** An array of at least this length; its contents are unspecified. */
  A borrow(int minimumLength) {
    int sizeClass = sizeClass(minimumLength);
    A pooled = sizeClass < free.size() ? free.get(sizeClass).pollLast() : null;
    if (pooled == null) {
      return maker.apply(classLength(sizeClass));
    }
    idleBytes -= bytes(pooled);
    return pooled;
  }

  /** Takes an array back; the caller must not touch it again. */
  void giveBack(A array) {
    if (idleBytes + bytes(array) > idleByteLimit) {
      return;
    }
    int sizeClass = sizeClass(length.applyAsInt(array));
    while (free.size() <= sizeClass) {
      free.add(new ArrayDeque<>());
    }
    free.get(sizeClass).addLast(array);
    idleBytes += bytes(array);
  }

  /** Leaves every idle array to the garbage collector. */
  void trim() {
    free.clear();
    idleBytes = 0;
  }

  /** Memory held by arrays that wait for a borrower. */
  long idleBytes() {
    return idleBytes;
  }

  private long bytes(A array) {
    return (long) length.applyAsInt(array) * ELEMENT_BYTES;
  }

  /** The smallest class whose arrays have at least this length. */
  private static int sizeClass(int minimumLength) {
    int wanted = Math.max(minimumLength - CpuBuffer.FIRST, LEAST) - 1;
    int power = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(wanted);
    int quarter = wanted >>> (power - 2) & 3;
    return 4 * (power - 3) + quarter + 1 - 4;
  }

  /**
   * Inverse of {@link #sizeClass}: class 0 has {@link #LEAST} and what precedes them, every fourth
   * doubles.
   */
  private static int classLength(int sizeClass) {
    long base = (long) LEAST << (sizeClass / 4);
    return (int) Math.min(base + base / 4 * (sizeClass % 4) + CpuBuffer.FIRST, MOST);
  }
}
