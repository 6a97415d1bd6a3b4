package org.polyak.opencl;

import java.util.List;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.DType;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.SquaredNormsKernel;

/** {@link SquaredNormsKernel}: eight tensors a launch, then one launch for all sums of slabs. */
final class OpenClSquaredNorms implements SquaredNormsKernel {
  private static final int TENSORS = 8;
  private static final int SLABS = 64;
  private static final int LANES = 256;

  private final OpenClDevice device;
  private final Reduction reduction;
  private final int lanes;
  private final String options;

  OpenClSquaredNorms(OpenClDevice device) {
    this.device = device;
    this.reduction = new Reduction(device);
    this.lanes = device.traits().cooperative() ? Math.min(LANES, device.traits().groupSize()) : 1;
    this.options = "-DSIZE=%d -DSLABS=%d".formatted(lanes, SLABS);
  }

  @Override
  public void squaredNorms(List<Tensor> tensors, Tensor norms) {
    int count = tensors.size();
    try (Scope scope = Scope.open("squared norms", device.pool())) {
      Tensor sums = scope.allocate(DType.F32, Shape.of(count, SLABS));
      for (int first = 0; first < count; first += TENSORS) {
        launch(tensors.subList(first, Math.min(count, first + TENSORS)), first, sums);
      }
      Tensor column = norms.view(norms.layout().reshape(Shape.of(count, 1)).orElseThrow());
      reduction.reduce(ReduceOp.SUM, sums, 1, column);
    }
  }

  private void launch(List<Tensor> tensors, int first, Tensor sums) {
    Kernel kernel =
        device
            .kernel("squarednorms", options, "slab_sums")
            .memory(OpenClBuffer.memory(sums))
            .integer(first);
    for (int i = 0; i < TENSORS; i++) {
      boolean present = i < tensors.size();
      Tensor tensor = present ? tensors.get(i) : tensors.getFirst();
      Arguments.contiguous(kernel, tensor)
          .integer(present ? Math.toIntExact(tensor.shape().size()) : 0);
    }
    kernel.launch(
        device.queue(), new long[] {(long) SLABS * lanes, tensors.size()}, new long[] {lanes, 1});
  }
}
