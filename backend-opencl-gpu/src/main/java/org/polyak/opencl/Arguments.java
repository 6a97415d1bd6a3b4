package org.polyak.opencl;

import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.DropoutHash;
import org.polyak.spi.fused.DropoutMask;

/** Tensors as arguments of kernels: memory, first position, and strides where these are free. */
final class Arguments {
  private Arguments() {}

  /** Hands over each tensor. */
  static Kernel contiguous(Kernel kernel, Tensor... tensors) {
    for (Tensor tensor : tensors) {
      kernel.memory(OpenClBuffer.memory(tensor)).integer(tensor.layout().offset());
    }
    return kernel;
  }

  /** A tensor {@code [B, N, H, D]} whose last two axes are contiguous: with its other strides. */
  static Kernel tokens(Kernel kernel, Tensor tensor) {
    return contiguous(kernel, tensor)
        .integer(tensor.layout().stride(0))
        .integer(tensor.layout().stride(1));
  }

  /** Dropout's rate, its scale, and the hash of its seed. */
  static Kernel dropout(Kernel kernel, double rate, int seed) {
    return kernel.real((float) rate).real((float) (1 / (1 - rate))).integer(DropoutHash.mix(seed));
  }

  /** The same; nothing where nothing is dropped. */
  static Kernel dropout(Kernel kernel, DropoutMask mask) {
    return mask.drops() ? dropout(kernel, mask.rate(), mask.seed()) : kernel;
  }

  /** A tensor that may be missing: another one stands in for it, and is not touched. */
  static Kernel optional(Kernel kernel, @Nullable Tensor tensor, Tensor standIn) {
    return contiguous(kernel, tensor == null ? standIn : tensor);
  }
}
