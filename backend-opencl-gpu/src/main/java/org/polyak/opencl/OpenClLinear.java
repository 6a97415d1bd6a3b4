package org.polyak.opencl;

import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.LinearKernel;

/** {@link LinearKernel}: bias and activation in the kernels of the product. */
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
  public void forward(Tensor in, Tensor weight, Tensor bias, Tensor out) {
    Epilogue epilogue = new Epilogue(bias, activation);
    product.multiply(new Product(in, weight.transpose(0, 1), false, out, epilogue));
  }

  @Override
  public void backward(
      Tensor out, Tensor outGradient, Tensor productGradient, Tensor biasGradient) {
    biasActivation.backwardOfResult(out, outGradient, productGradient, biasGradient);
  }
}
