package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.LogisticMixtureKernel;

/** {@link LogisticMixtureKernel}: a work-item for each row. */
final class OpenClLogisticMixture implements LogisticMixtureKernel {
  private final OpenClDevice device;

  OpenClLogisticMixture(OpenClDevice device) {
    this.device = device;
  }

  @Override
  public void forward(Tensor parameters, Tensor targets, Tensor losses) {
    launch("forward", parameters, losses, parameters, targets);
  }

  @Override
  public void backward(
      Tensor parameters, Tensor targets, Tensor lossGradients, Tensor parameterGradients) {
    launch("backward", parameters, parameterGradients, parameters, targets, lossGradients);
  }

  private void launch(String function, Tensor parameters, Tensor... tensors) {
    int rows = parameters.shape().dim(0);
    if (rows == 0) {
      return;
    }
    int group = Math.min(device.traits().groupSize(), Groups.powerOfTwo(rows));
    Kernel kernel = Arguments.contiguous(device.kernel("mixture", "", function), tensors);
    kernel
        .integer(rows)
        .integer(parameters.shape().dim(1) / 3)
        .launch(device.queue(), Groups.cover(rows, group), group);
  }
}
