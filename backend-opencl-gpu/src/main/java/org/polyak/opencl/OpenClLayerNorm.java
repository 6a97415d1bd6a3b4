package org.polyak.opencl;

import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.LayerNormKernel;

/** {@link LayerNormKernel}: a work-group for each row. */
final class OpenClLayerNorm implements LayerNormKernel {
  private final OpenClDevice device;
  private final Reduction reduction;
  private final int lanes;

  OpenClLayerNorm(OpenClDevice device, Reduction reduction) {
    this.device = device;
    this.reduction = reduction;
    this.lanes = device.traits().rowLanes();
  }

  @Override
  public void forward(
      Tensor in,
      Tensor gain,
      @Nullable Tensor bias,
      double epsilon,
      Tensor out,
      @Nullable Tensor saved) {
    int rows = in.shape().dim(0);
    if (in.shape().size() == 0) {
      return;
    }
    Kernel kernel = kernel("forward");
    Arguments.contiguous(kernel, out);
    Arguments.optional(kernel, saved, out);
    Arguments.contiguous(kernel, in, gain);
    Arguments.optional(kernel, bias, gain)
        .integer(bias == null ? 0 : 1)
        .integer(saved == null ? 0 : 1)
        .real((float) epsilon)
        .integer(in.shape().dim(1))
        .launch(device.queue(), (long) rows * lanes, lanes);
  }

  @Override
  public void backward(
      Tensor in,
      Tensor gain,
      Tensor saved,
      Tensor outGradient,
      Tensor inGradient,
      Tensor gainGradient,
      @Nullable Tensor biasGradient) {
    int rows = in.shape().dim(0);
    int width = in.shape().dim(1);
    if (in.shape().size() > 0) {
      Arguments.contiguous(kernel("input_gradient"), inGradient, in, gain, saved, outGradient)
          .integer(width)
          .launch(device.queue(), (long) rows * lanes, lanes);
    }
    Slabs slabs = Slabs.of(rows, width);
    int group = Math.min(device.traits().groupSize(), Groups.powerOfTwo(width));
    try (Scope scope = Scope.open("layer norm", device.pool())) {
      Tensor gains = slabs.allocate(scope);
      Tensor biases = slabs.allocate(scope);
      Kernel kernel =
          kernel("parameter_gradients")
              .memory(OpenClBuffer.memory(gains))
              .memory(OpenClBuffer.memory(biases));
      Arguments.contiguous(kernel, in, saved, outGradient)
          .integer(rows)
          .integer(slabs.slab())
          .integer(width)
          .launch(
              device.queue(),
              new long[] {Groups.cover(Math.max(1, width), group), slabs.count()},
              new long[] {group, 1});
      slabs.total(reduction, gains, gainGradient);
      if (biasGradient != null) {
        slabs.total(reduction, biases, biasGradient);
      }
    }
  }

  private Kernel kernel(String function) {
    return device.kernel("layernorm", "-DSIZE=" + lanes, function);
  }
}
