package org.polyak.cpu;

import java.util.ArrayList;
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

  Worker worker() {
    return worker;
  }

  @Override
  public void close() {
    borrowed.forEach(worker::giveBack);
  }
}
