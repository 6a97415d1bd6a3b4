package org.polyak.opencl;

import java.util.List;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.DType;
import org.polyak.spi.Layout;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.SquaredNormsKernel;

/** {@link SquaredNormsKernel}: a batch of tensors a launch, then one launch for all slabs' sums. */
final class OpenClSquaredNorms implements SquaredNormsKernel {
  /** A tensor is cut into so many slabs, by the length of the longest. */
  private static final int LEAST_SLABS = 16;

  private static final int MOST_SLABS = 1024;
  private static final int SLAB = 1 << 16;

  private static final int LANES = 256;

  /** Memory, position and length. */
  private static final int BYTES_OF_TENSOR = 24;

  private static final int OTHER_BYTES = 16;

  private final OpenClDevice device;
  private final Reduction reduction;
  private final int lanes;
  private final int batch;
  private final String options;

  OpenClSquaredNorms(OpenClDevice device) {
    this.device = device;
    this.reduction = new Reduction(device);
    Traits traits = device.traits();
    this.lanes = traits.cooperative() ? Math.min(LANES, traits.groupSize()) : 1;
    this.batch = Batch.size(device, BYTES_OF_TENSOR, OTHER_BYTES);
    this.options =
        "%s -DSIZE=%d -DGROUP=%d -DSHUFFLES=%d"
            .formatted(Batch.option(batch), lanes, lanes, traits.assembler() ? 1 : 0);
  }

  @Override
  public void squaredNorms(List<Tensor> tensors, Tensor norms) {
    int count = tensors.size();
    int slabs = slabs(tensors);
    try (Scope scope = Scope.open("squared norms", device.pool())) {
      Tensor sums = scope.allocate(DType.F32, Shape.of(count, slabs));
      for (int first = 0; first < count; first += batch) {
        launch(tensors.subList(first, Math.min(count, first + batch)), first, slabs, sums);
      }
      Tensor column = norms.view(Layout.contiguous(Shape.of(count, 1), norms.layout().offset()));
      reduction.reduce(ReduceOp.SUM, sums, 1, column);
    }
  }

  /** A power of two, so that there are few programs. */
  private static int slabs(List<Tensor> tensors) {
    long longest = tensors.stream().mapToLong(tensor -> tensor.shape().size()).max().orElse(0);
    return Math.clamp(Long.highestOneBit(longest / SLAB), LEAST_SLABS, MOST_SLABS);
  }

  private void launch(List<Tensor> tensors, int first, int slabs, Tensor sums) {
    int vector = Packs.vector(tensors.toArray(Tensor[]::new));
    String cut = "%s -DSLABS=%d %s".formatted(options, slabs, Packs.options(vector));
    Kernel kernel =
        device
            .kernel("squarednorms", cut, "slab_sums", first / batch)
            .memory(OpenClBuffer.memory(sums))
            .integer(first);
    for (int i = 0; i < batch; i++) {
      boolean present = i < tensors.size();
      Tensor tensor = present ? tensors.get(i) : tensors.getFirst();
      Packs.arguments(kernel, vector, tensor)
          .integer(present ? Math.toIntExact(tensor.shape().size()) : 0);
    }
    kernel.launch(
        device.queue(), new long[] {(long) slabs * lanes, tensors.size()}, new long[] {lanes, 1});
  }
}
