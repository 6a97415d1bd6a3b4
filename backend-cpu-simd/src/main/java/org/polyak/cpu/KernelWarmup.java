package org.polyak.cpu;

/**
 * Has the tiles of matrix products compiled while a program still prepares its first product.
 *
 * <p>Most of the first step's time goes by until C2 has compiled these, the largest kernels. Left
 * to themselves it compiles each of them twice: their long loops are first replaced while they run,
 * then the whole method. Many calls with short loops ask for the whole method alone. The calls
 * suffice where kernels are compiled after a tenth of the usual number, as the launcher wants it.
 */
final class KernelWarmup implements Runnable {
  private static final int CALLS = 256;
  private static final int DEPTH = 12;

  private final GemmKernel kernel;

  KernelWarmup(GemmKernel kernel) {
    this.kernel = kernel;
  }

  /** Begins in a thread of its own, which ends after some milliseconds. */
  static void begin(GemmKernel kernel) {
    Thread.ofPlatform().daemon().name("polyak-cpu-warm-up").start(new KernelWarmup(kernel));
  }

  @Override
  public void run() {
    int columns = kernel.tileColumns();
    float[] a = new float[kernel.tileRows() * DEPTH];
    float[] b = new float[DEPTH * columns];
    float[] c = new float[kernel.tileRows() * columns];
    for (int width = columns; width > 0; width -= kernel.lanes()) {
      for (int call = 0; call < CALLS; call++) {
        kernel.tile(width, DEPTH, a, 0, b, 0, width, c, 0, width, c, 0, width);
      }
    }
  }
}
