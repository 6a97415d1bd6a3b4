package org.polyak.cpu;

/**
 * One operand of a run whose elements may be spaced or repeated, handed to the vector loops block
 * by block as contiguous floats: in place where they lie side by side, else through scratch memory.
 */
final class StagedRun {
  /** Elements staged at once: a few blocks fit the first-level cache. */
  static final int BLOCK = 1024;

  private final float[] data;
  private final int start;
  private final int stride;
  private final Worker worker;
  private final boolean inPlace;
  private final float[] block;
  private int offset;

  StagedRun(float[] data, int start, int stride, Worker worker) {
    this.data = data;
    this.start = start;
    this.stride = stride;
    this.worker = worker;
    this.inPlace = stride == 1;
    this.block = inPlace ? data : worker.borrow(BLOCK);
  }

  /** Makes elements {@code [from, from + n)} of the run readable. */
  void read(int from, int n) {
    if (inPlace) {
      offset = start + from;
    } else if (stride != 0 || from == 0) {
      Strided.copy(n, data, start + from * stride, stride, block, 0, 1);
    }
  }

  /** Makes room for elements {@code [from, from + n)} of the run. */
  void open(int from) {
    if (inPlace) {
      offset = start + from;
    }
  }

  /** Stores the elements for which {@link #open} made room. */
  void write(int from, int n) {
    if (!inPlace) {
      Strided.copy(n, block, 0, 1, data, start + from * stride, stride);
    }
  }

  /** Where the elements of the block lie. */
  float[] array() {
    return block;
  }

  /** Offset of the first of them. */
  int offset() {
    return offset;
  }

  /** Returns the scratch memory. */
  void end() {
    if (!inPlace) {
      worker.giveBack(block);
    }
  }
}
