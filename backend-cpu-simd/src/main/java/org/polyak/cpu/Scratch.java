package org.polyak.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Arrays that one task borrowed from its worker, given back together. */
final class Scratch implements AutoCloseable {
  private final Worker worker;
  private final List<float[]> borrowed = new ArrayList<>();

  Scratch(Worker worker) {
    this.worker = worker;
  }

  /** An array of at least this length with unspecified contents. */
  float[] take(int length) {
    float[] array = worker.borrow(length);
    borrowed.add(array);
    return array;
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
    borrowed.forEach(worker::giveBack);
  }
}
