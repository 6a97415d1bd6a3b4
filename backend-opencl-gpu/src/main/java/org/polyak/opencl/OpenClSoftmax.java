package org.polyak.opencl;

import java.util.HashMap;
import java.util.Map;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.SoftmaxKernel;

/** {@link SoftmaxKernel}: rows in registers. */
final class OpenClSoftmax implements SoftmaxKernel {
  /** The backward pass holds twice that in registers. */
  private static final int PACKS_OF_A_LANE = 4;

  private final OpenClDevice device;
  private final Map<RowLanes, String> options = new HashMap<>();

  OpenClSoftmax(OpenClDevice device) {
    this.device = device;
  }

  @Override
  public void forward(Tensor in, Tensor out) {
    launch("forward", out, in);
  }

  @Override
  public void backward(Tensor out, Tensor outGradient, Tensor inGradient) {
    launch("backward", inGradient, out, outGradient);
  }

  private void launch(String function, Tensor... tensors) {
    int rows = tensors[0].shape().dim(0);
    int width = tensors[0].shape().dim(1);
    if (rows == 0 || width == 0) {
      return;
    }
    RowLanes lanes = RowLanes.of(device.traits(), width, PACKS_OF_A_LANE, tensors);
    Kernel kernel =
        device.kernel("softmax", options.computeIfAbsent(lanes, RowLanes::options), function);
    lanes.launch(lanes.arguments(kernel, tensors).integer(rows), device.queue(), rows);
  }
}
