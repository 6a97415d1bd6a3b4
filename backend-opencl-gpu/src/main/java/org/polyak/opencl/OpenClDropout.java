package org.polyak.opencl;

import org.polyak.spi.Tensor;
import org.polyak.spi.fused.DropoutKernel;

/** {@link DropoutKernel}. */
final class OpenClDropout implements DropoutKernel {
  private final OpenClDevice device;

  OpenClDropout(OpenClDevice device) {
    this.device = device;
  }

  @Override
  public void apply(Tensor in, double rate, int seed, Tensor out) {
    int n = Math.toIntExact(in.shape().size());
    if (n == 0) {
      return;
    }
    int group = device.traits().groupSize();
    Arguments.contiguous(device.kernel("steps", "", "dropout"), out, in)
        .real((float) rate)
        .real((float) (1 / (1 - rate)))
        .integer(seed)
        .integer(n)
        .launch(device.queue(), Groups.cover(n, group), group);
  }
}
