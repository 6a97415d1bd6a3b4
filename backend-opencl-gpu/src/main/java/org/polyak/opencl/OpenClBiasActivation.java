package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.BiasActivationKernel;

/** {@link BiasActivationKernel}. */
final class OpenClBiasActivation implements BiasActivationKernel {
  private final OpenClDevice device;
  private final Reduction reduction;
  private final Activation activation;

  OpenClBiasActivation(OpenClDevice device, Reduction reduction, Activation activation) {
    this.device = device;
    this.reduction = reduction;
    this.activation = activation;
  }

  @Override
  public void forward(Tensor in, Tensor bias, Tensor out) {
    long n = in.shape().size();
    if (n == 0) {
      return;
    }
    int group = device.traits().groupSize();
    Arguments.contiguous(kernel("bias_forward"), out, in, bias)
        .integer(in.shape().dim(1))
        .integer(n)
        .launch(device.queue(), Groups.cover(n, group), group);
  }

  @Override
  public void backward(
      Tensor in, Tensor bias, Tensor outGradient, Tensor inGradient, Tensor biasGradient) {
    int rows = in.shape().dim(0);
    int width = in.shape().dim(1);
    Slabs slabs = Slabs.of(rows, width);
    int group = Math.min(device.traits().groupSize(), Groups.powerOfTwo(width));
    try (Scope scope = Scope.open("bias", device.pool())) {
      Tensor sums = slabs.allocate(scope);
      Kernel kernel =
          Arguments.contiguous(kernel("bias_backward"), inGradient)
              .memory(OpenClBuffer.memory(sums));
      Arguments.contiguous(kernel, in, bias, outGradient)
          .integer(rows)
          .integer(slabs.slab())
          .integer(width)
          .launch(
              device.queue(),
              new long[] {Groups.cover(Math.max(1, width), group), slabs.count()},
              new long[] {group, 1});
      slabs.total(reduction, sums, biasGradient);
    }
  }

  private Kernel kernel(String function) {
    return device.kernel("steps", "-DACTIVATION=" + activation.name(), function);
  }
}
