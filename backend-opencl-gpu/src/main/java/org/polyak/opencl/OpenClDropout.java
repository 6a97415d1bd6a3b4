package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
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
    int vector = Packs.vector(out, in);
    Kernel kernel = device.kernel("dropout", Packs.options(vector), "dropout");
    Arguments.dropout(Packs.arguments(kernel, vector, out, in), rate, seed)
        .integer(n)
        .launch(device.queue(), Groups.cover(Math.ceilDiv(n, vector), group), group);
  }
}
