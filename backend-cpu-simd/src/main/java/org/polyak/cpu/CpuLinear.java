package org.polyak.cpu;

import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.DropoutMask;
import org.polyak.spi.fused.LinearKernel;

/** {@link LinearKernel}: the product, which may begin with the bias, then what is left in place. */
final class CpuLinear implements LinearKernel {
  private final MatrixProduct product;
  private final Reduction reduction;
  private final CpuBiasActivation biasActivation;
  private final CpuDropout dropout;
  private final Activation activation;

  /** For the identity or ReLU. */
  CpuLinear(CpuDevice device, CpuDropout dropout, Activation activation) {
    this.product = new MatrixProduct(device);
    this.reduction = new Reduction(device);
    this.biasActivation = new CpuBiasActivation(device, activation);
    this.dropout = dropout;
    this.activation = activation;
  }

  @Override
  public void forward(Tensor in, Tensor weight, Tensor bias, DropoutMask mask, Tensor out) {
    Tensor first = activation == Activation.IDENTITY ? bias : null;
    if (!product.runTransposed(in, weight, first, out)) {
      biasActivation.forward(out, bias, out);
    }
    if (mask.drops()) {
      dropout.apply(out, mask.rate(), mask.seed(), out);
    }
  }

  @Override
  public void backward(
      Tensor out,
      DropoutMask mask,
      Tensor outGradient,
      Tensor productGradient,
      Tensor biasGradient) {
    Tensor kept = outGradient;
    if (mask.drops()) {
      kept = productGradient;
      dropout.apply(outGradient, mask.rate(), mask.seed(), kept);
    }
    if (activation == Activation.IDENTITY) {
      reduction.sumRows(kept, biasGradient);
    } else {
      biasActivation.backwardOfResult(out, kept, productGradient, biasGradient);
    }
  }
}
