package org.polyak.bench.peers.blas;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The function {@code cblas_sgemm_batch_strided} of MKL: {@link Gemm} for matrices at equal
 * distances.
 */
@FunctionalInterface
public interface BatchedGemm {
  /** The type in C, with integers of 32 bits. */
  FunctionDescriptor SIGNATURE =
      FunctionDescriptor.ofVoid(
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_FLOAT,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_FLOAT,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT);

  /** Calls it. */
  void call(
      int order,
      int transposeA,
      int transposeB,
      int m,
      int n,
      int k,
      float alpha,
      MemorySegment a,
      int strideA,
      int distanceA,
      MemorySegment b,
      int strideB,
      int distanceB,
      float beta,
      MemorySegment c,
      int strideC,
      int distanceC,
      int count);
}
