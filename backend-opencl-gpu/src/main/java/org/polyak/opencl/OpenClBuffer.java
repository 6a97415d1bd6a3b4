package org.polyak.opencl;

import org.polyak.opencl.driver.Memory;
import org.polyak.spi.Buffer;
import org.polyak.spi.DType;
import org.polyak.spi.Tensor;

/** Device memory of this backend: a pooled block, at least as long as the buffer. */
final class OpenClBuffer extends Buffer {
  private final Memory memory;

  OpenClBuffer(DType dtype, long elements, Memory memory) {
    super(dtype, elements);
    this.memory = memory;
  }

  Memory block() {
    return memory;
  }

  /**
   * The memory of a living tensor.
   *
   * @throws IllegalStateException if its scope has given the memory back
   * @throws IllegalArgumentException if it is no tensor of this backend
   */
  static Memory memory(Tensor tensor) {
    if (tensor.buffer() instanceof OpenClBuffer buffer) {
      buffer.checkAlive();
      return buffer.memory;
    }
    throw new IllegalArgumentException(
        "The OpenCL backend needs a tensor of its own here, not one in %s."
            .formatted(tensor.buffer().getClass().getName()));
  }
}
