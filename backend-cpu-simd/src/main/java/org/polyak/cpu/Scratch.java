package org.polyak.cpu;

import java.util.Arrays;

/**
 * Arrays that one task borrowed from its worker, given back together. The last to be made is the
 * first to be closed.
 */
final class Scratch implements AutoCloseable {
  private final Worker worker;
  private final int lentBefore;

  Scratch(Worker worker) {
    this.worker = worker;
    this.lentBefore = worker.lent();
  }

  /** An array of at least this length with unspecified contents. */
  float[] take(int length) {
    return worker.lend(length);
  }

  /** An array for each of several heads, each as {@link #take} gives it. */
  float[][] take(int heads, int length) {
    float[][] arrays = new float[heads][];
    for (int h = 0; h < heads; h++) {
      arrays[h] = take(length);
    }
    return arrays;
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
