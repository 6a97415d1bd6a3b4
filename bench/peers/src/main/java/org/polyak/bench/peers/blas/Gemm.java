package org.polyak.bench.peers.blas;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The function {@code cblas_sgemm}: {@code C = α·A·B + β·C} with matrices of any order. It has the
 * parameters of the reference BLAS.
 */
@FunctionalInterface
public interface Gemm {
  /** Rows lie one after the other. */
  int ROW_MAJOR = 101;

  /** A matrix is taken as it is. */
  int NO_TRANSPOSE = 111;

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
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_FLOAT,
          ValueLayout.ADDRESS,
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
      MemorySegment b,
      int strideB,
      float beta,
      MemorySegment c,
      int strideC);
}
