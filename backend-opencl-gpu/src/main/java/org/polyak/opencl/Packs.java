package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Tensor;

/** Elements that kernels move together: 4 where every tensor begins at a multiple of 4, else 1. */
final class Packs {
  private static final int FOUR = 4;

  private Packs() {}

  /** How many of the elements of some contiguous tensors move together. */
  static int vector(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      if (tensor.layout().offset() % FOUR != 0) {
        return 1;
      }
    }
    return FOUR;
  }

  /** How many of the elements of rows of some width move together, if each row is to be whole. */
  static int vector(int width, Tensor... tensors) {
    return width % FOUR == 0 ? vector(tensors) : 1;
  }

  /** The option of the compiler. */
  static String options(int vector) {
    return vector == FOUR ? "-DVECTOR=4" : "-DVECTOR=1";
  }

  /** Hands over tensors whose positions the kernel counts in packs. */
  static Kernel arguments(Kernel kernel, int vector, Tensor... tensors) {
    for (Tensor tensor : tensors) {
      kernel.memory(OpenClBuffer.memory(tensor)).integer(tensor.layout().offset() / vector);
    }
    return kernel;
  }
}
