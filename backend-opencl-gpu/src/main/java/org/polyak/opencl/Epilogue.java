package org.polyak.opencl;

import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.DropoutMask;

/**
 * What a linear layer does with the sums of its product, in the kernel that has them.
 *
 * @param bias {@code [columns]}, contiguous
 * @param activation the identity or ReLU
 * @param dropout what follows the activation
 */
record Epilogue(Tensor bias, Activation activation, DropoutMask dropout) {
  private static final String BIAS = "-DBIAS=1";
  private static final String RELU = "-DBIAS=1 -DRELU=1";
  private static final String BIAS_DROPOUT = "-DBIAS=1 -DDROPOUT=1";
  private static final String RELU_DROPOUT = "-DBIAS=1 -DRELU=1 -DDROPOUT=1";

  /** The compiler's option for {@code epilogue.cl}; none where nothing follows. */
  static String options(@Nullable Epilogue epilogue) {
    if (epilogue == null) {
      return "";
    }
    boolean drops = epilogue.dropout.drops();
    return epilogue.activation == Activation.RELU
        ? drops ? RELU_DROPOUT : RELU
        : drops ? BIAS_DROPOUT : BIAS;
  }

  /** The last arguments of a kernel built with these options. */
  static Kernel arguments(Kernel kernel, @Nullable Epilogue epilogue) {
    return epilogue == null
        ? kernel
        : Arguments.dropout(Arguments.contiguous(kernel, epilogue.bias), epilogue.dropout);
  }
}
