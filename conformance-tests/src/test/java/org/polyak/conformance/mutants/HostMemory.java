package org.polyak.conformance.mutants;

import java.lang.foreign.MemorySegment;
import org.polyak.spi.Backend;
import org.polyak.spi.DType;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/** Reads and writes tensors from the host, for what a mutant computes by itself. */
record HostMemory(Backend backend) {

  /** A function of one float. */
  @FunctionalInterface
  interface FloatFunction {
    float apply(float x);
  }

  /** The elements of an F32 tensor, row-major. */
  float[] floats(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.shape().size())];
    backend.download(tensor, MemorySegment.ofArray(values));
    return values;
  }

  /** The elements of an I32 tensor, row-major. */
  int[] integers(Tensor tensor) {
    int[] values = new int[Math.toIntExact(tensor.shape().size())];
    backend.download(tensor, MemorySegment.ofArray(values));
    return values;
  }

  /** Overwrites an F32 tensor. */
  void put(Tensor tensor, float[] values) {
    backend.upload(MemorySegment.ofArray(values), tensor);
  }

  /** Applies a function to every element of an F32 tensor, in place. */
  void change(Tensor tensor, FloatFunction function) {
    float[] values = floats(tensor);
    for (int i = 0; i < values.length; i++) {
      values[i] = function.apply(values[i]);
    }
    put(tensor, values);
  }

  /** A changed copy of an F32 tensor. */
  Tensor changed(Scope scope, Tensor tensor, FloatFunction function) {
    Tensor copy = scope.allocate(DType.F32, tensor.shape());
    put(copy, floats(tensor));
    change(copy, function);
    return copy;
  }

  /** A new I32 tensor. */
  Tensor integers(Scope scope, int[] values) {
    Tensor tensor = scope.allocate(DType.I32, Shape.of(values.length));
    backend.upload(MemorySegment.ofArray(values), tensor);
    return tensor;
  }
}
