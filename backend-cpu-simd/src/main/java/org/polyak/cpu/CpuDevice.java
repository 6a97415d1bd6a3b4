package org.polyak.cpu;

/**
 * What the verbs and fused operations of one open backend share: threads, memory and vector width.
 *
 * @param pool runs parallel loops
 * @param floats storage of F32 buffers and packed copies; calling thread only
 * @param ints storage of I32 buffers; calling thread only
 * @param width for which {@link #kernel} answers
 * @param gemm matrix products
 * @param keptPanels packed copies that products share
 */
record CpuDevice(
    WorkerPool pool,
    ArrayPool<float[]> floats,
    ArrayPool<int[]> ints,
    VectorWidth width,
    Gemm gemm,
    KeptPanels keptPanels)
    implements AutoCloseable {

  /** Starts the threads of a device. */
  static CpuDevice start(int threads, VectorWidth width) {
    long idleByteLimit = Runtime.getRuntime().maxMemory() / 4;
    ArrayPool<float[]> floats = ArrayPool.ofFloats(idleByteLimit);
    WorkerPool pool = new WorkerPool(threads);
    Gemm gemm = new Gemm(pool, floats, GemmBlocks.of(width));
    KernelWarmup.begin(gemm.blocks().kernel());
    KeptPanels keptPanels = new KeptPanels(floats, gemm.blocks(), idleByteLimit / 2);
    return new CpuDevice(pool, floats, ArrayPool.ofInts(idleByteLimit), width, gemm, keptPanels);
  }

  /** The kernel object of this class for the width of this device. */
  <K> K kernel(Class<? extends K> kernelClass) {
    return KernelLoader.load(kernelClass, width);
  }

  /** Ends the threads and lets idle memory go. */
  @Override
  public void close() {
    pool.close();
    keptPanels.clear();
    floats.trim();
    ints.trim();
  }
}
