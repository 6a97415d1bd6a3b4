package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.CrossEntropyKernel;

/** {@link CrossEntropyKernel}: a work-group for each row. */
final class OpenClCrossEntropy implements CrossEntropyKernel {
  private final OpenClDevice device;
  private final Faults faults;
  private final int lanes;

  OpenClCrossEntropy(OpenClDevice device, Faults faults) {
    this.device = device;
    this.faults = faults;
    this.lanes = device.traits().rowLanes();
  }

  @Override
  public void forward(Tensor logits, Tensor targets, double labelSmoothing, Tensor losses) {
    int rows = logits.shape().dim(0);
    if (rows == 0) {
      return;
    }
    Arguments.contiguous(kernel("forward"), losses, logits, targets)
        .real((float) labelSmoothing)
        .integer(logits.shape().dim(1))
        .memory(faults.note())
        .launch(device.queue(), (long) rows * lanes, lanes);
  }

  @Override
  public void backward(
      Tensor logits,
      Tensor targets,
      double labelSmoothing,
      Tensor lossGradients,
      Tensor logitGradients) {
    int rows = logits.shape().dim(0);
    if (rows == 0) {
      return;
    }
    Arguments.contiguous(kernel("backward"), logitGradients, logits, targets, lossGradients)
        .real((float) labelSmoothing)
        .integer(logits.shape().dim(1))
        .launch(device.queue(), (long) rows * lanes, lanes);
  }

  private Kernel kernel(String function) {
    return device.kernel("crossentropy", "-DSIZE=" + lanes, function);
  }
}
