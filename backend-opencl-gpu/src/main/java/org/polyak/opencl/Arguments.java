package org.polyak.opencl;

import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Tensor;

/** Tensors as arguments of kernels that take them contiguous: memory and first position. */
final class Arguments {
  private Arguments() {}

  /** Hands over each tensor. */
  static Kernel contiguous(Kernel kernel, Tensor... tensors) {
    for (Tensor tensor : tensors) {
      kernel.memory(OpenClBuffer.memory(tensor)).integer(tensor.layout().offset());
    }
    return kernel;
  }

  /** A tensor that may be missing: another one stands in for it, and is not touched. */
  static Kernel optional(Kernel kernel, @Nullable Tensor tensor, Tensor standIn) {
    return contiguous(kernel, tensor == null ? standIn : tensor);
  }
}
