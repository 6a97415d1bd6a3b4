package org.polyak.cpu;

import java.util.Arrays;

/**
 * Arrays at the disposal of one thread: borrowed from its worker by one task and given back
 * together, the last to be made being the first to be closed; or kept from loop to loop.
 */
final class Scratch implements AutoCloseable {
  /** Floats between matrices: for eight heads, 18 rows from kind to kind modulo 4 KiB. */
  private static final int GAP = 160;

  private final Worker worker;
  private final boolean borrows;
  private final int lentBefore;

  private Scratch(Worker worker, boolean borrows) {
    this.worker = worker;
    this.borrows = borrows;
    this.lentBefore = worker.lent();
  }

  /** For one task. */
  Scratch(Worker worker) {
    this(worker, true);
  }

  /** For what {@link Worker#keep} keeps; not to be closed. */
  static Scratch kept(Worker worker) {
    return new Scratch(worker, false);
  }

  /** An array of at least this length with unspecified contents. */
  float[] take(int length) {
    return borrows ? worker.lend(length) : new float[length];
  }

  /** An array for each of several heads, each as {@link #take} gives it. */
  float[][] take(int heads, int length) {
    float[][] arrays = new float[heads][];
    for (int h = 0; h < heads; h++) {
      arrays[h] = take(length);
    }
    return arrays;
  }

  /**
   * A matrix for each of several heads. Between the matrices that a loop reads and those that it
   * writes must not lie whole pages, or little more: loops are slower then, presumably because a
   * load looks like one of what was stored a moment ago. See ADR 25.
   */
  float[][] matrices(int heads, int length) {
    return take(heads, length + GAP);
  }

  /** An array whose first elements have this value. */
  float[] filled(int length, float value) {
    float[] array = take(length);
    Arrays.fill(array, 0, length, value);
    return array;
  }

  /** One and the same array for each of several heads. */
  static float[][] repeated(int heads, float[] array) {
    float[][] arrays = new float[heads][];
    Arrays.fill(arrays, array);
    return arrays;
  }

  Worker worker() {
    return worker;
  }

  @Override
  public void close() {
    worker.takeBack(lentBefore);
  }
}
