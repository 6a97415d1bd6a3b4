package org.polyak.opencl;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.LayerNormKernel;

/**
 * {@link LayerNormKernel}: rows in registers. The backward pass is one over the rows and a short
 * one over sums for the parameters.
 */
final class OpenClLayerNorm implements LayerNormKernel {
  /** The backward pass holds five times that in registers. */
  private static final int PACKS_OF_A_LANE = 4;

  private final OpenClDevice device;
  private final Map<RowLanes, String> options = new HashMap<>();

  OpenClLayerNorm(OpenClDevice device) {
    this.device = device;
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
    Tensor shift = bias == null ? gain : bias;
    RowLanes lanes = lanes(in, gain, shift, out);
    Kernel kernel = lanes.arguments(kernel(lanes, "forward"), out);
    Arguments.optional(kernel, saved, out);
    lanes
        .arguments(kernel, in, gain, shift)
        .integer(bias == null ? 0 : 1)
        .integer(saved == null ? 0 : 1)
        .real((float) epsilon)
        .integer(rows);
    lanes.launch(kernel, device.queue(), rows);
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
    if (width == 0) {
      return;
    }
    RowLanes lanes = lanes(in, gain, outGradient, inGradient);
    int groups = Math.clamp(Math.ceilDiv(rows, lanes.slots()), 1, Slabs.MOST);
    Slabs slabs = new Slabs(groups, 2 * width);
    try (Scope scope = Scope.open("layer norm", device.pool())) {
      Tensor sums = slabs.allocate(scope);
      Kernel kernel = lanes.arguments(kernel(lanes, "backward"), inGradient, in, gain);
      Arguments.contiguous(kernel, saved);
      lanes
          .arguments(kernel, outGradient)
          .memory(OpenClBuffer.memory(sums))
          .integer(rows)
          .launch(device.queue(), (long) groups * lanes.group(), lanes.group());
      slabs.total(device, sums, gainGradient, biasGradient);
    }
  }

  private RowLanes lanes(Tensor in, Tensor... others) {
    Tensor[] tensors = new Tensor[others.length + 1];
    tensors[0] = in;
    System.arraycopy(others, 0, tensors, 1, others.length);
    return RowLanes.of(device.traits(), in.shape().dim(1), PACKS_OF_A_LANE, tensors);
  }

  private Kernel kernel(RowLanes lanes, String function) {
    return device.kernel("layernorm", options.computeIfAbsent(lanes, RowLanes::options), function);
  }
}
