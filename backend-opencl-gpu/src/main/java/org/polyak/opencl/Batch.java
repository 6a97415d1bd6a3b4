package org.polyak.opencl;

/**
 * How many tensors a launch takes, where one launch is to do for many: as many as there is room for
 * among a kernel's arguments.
 */
final class Batch {
  /** OpenCL promises room for 1,024 bytes. */
  private static final int LEAST = 8;

  /** The most that {@code batch.cl} lists. */
  private static final int MOST = 64;

  private Batch() {}

  /**
   * The size of batches: a power of two.
   *
   * @param each bytes of the arguments for one tensor, each counted with eight
   * @param others bytes of the other arguments
   */
  static int size(OpenClDevice device, int each, int others) {
    long room = device.queue().device().argumentBytes() - others;
    return Math.clamp(Long.highestOneBit(room / each), LEAST, MOST);
  }

  /** The option of the compiler. */
  static String option(int size) {
    return "-DBATCH=" + size;
  }
}
