package com.example.heap;

import org.polyak.spi.Buffer;
import org.polyak.spi.DType;
import org.polyak.spi.Tensor;

/** Memory as a Java array of either type. */
final class HeapBuffer extends Buffer {
  private final float[] floats;
  private final int[] integers;

  HeapBuffer(DType dtype, int elements) {
    super(dtype, elements);
    floats = new float[dtype == DType.F32 ? elements : 0];
    integers = new int[dtype == DType.I32 ? elements : 0];
  }

  /** The storage of a living F32 tensor. */
  static float[] floats(Tensor tensor) {
    return of(tensor).floats;
  }

  /** The storage of a living I32 tensor. */
  static int[] integers(Tensor tensor) {
    return of(tensor).integers;
  }

  private static HeapBuffer of(Tensor tensor) {
    tensor.buffer().checkAlive();
    return (HeapBuffer) tensor.buffer();
  }
}
