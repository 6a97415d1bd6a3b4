package org.polyak.opencl;

import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.DropoutMask;
import org.polyak.spi.fused.LinearKernel;

/** {@link LinearKernel}: bias, activation and dropout in the kernels of the product. */
final class OpenClLinear implements LinearKernel {
  private final MatrixProduct product;
  private final Activation activation;
  private final OpenClBiasActivation biasActivation;

  /** For the identity or ReLU. */
  OpenClLinear(OpenClDevice device, MatrixProduct product, Activation activation) {
    this.product = product;
    this.activation = activation;
    this.biasActivation = new OpenClBiasActivation(device, activation);
  }

  @Override
  public void forward(Tensor in, Tensor weight, Tensor bias, DropoutMask dropout, Tensor out) {
    Epilogue epilogue = new Epilogue(bias, activation, dropout);
    product.multiply(new Product(in, weight.transpose(0, 1), false, out, epilogue));
  }

  @Override
  public void backward(
      Tensor out,
      DropoutMask dropout,
      Tensor outGradient,
      Tensor productGradient,
      Tensor biasGradient) {
    biasActivation.backwardOfResult(out, dropout, outGradient, productGradient, biasGradient);
  }
}
