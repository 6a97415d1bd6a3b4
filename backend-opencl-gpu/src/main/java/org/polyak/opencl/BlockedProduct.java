package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.DType;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/** For CPUs: every work-item alone, a block of the result in its vector registers. */
final class BlockedProduct implements ProductStrategy {
  private static final String RESOURCE = "matmulblocks";

  /** A work-item's block. */
  private static final int ROWS = 8;

  private static final int WIDTH = 32;

  /** Work-items of a group: they share a panel of the second factor in the cache. */
  private static final int GROUP = 16;

  private final OpenClDevice device;

  BlockedProduct(OpenClDevice device) {
    this.device = device;
  }

  @Override
  public boolean accepts(Product product) {
    return true;
  }

  @Override
  public void submit(Product product) {
    Product oriented = product.alongColumns();
    Loops batches = oriented.batches();
    for (long[] start : batches.starts()) {
      if (isPanels(oriented)) {
        Layout layout = oriented.b().layout();
        multiply(
            oriented,
            batches,
            start,
            oriented.b(),
            start[2],
            batches.strides()[2][0],
            batches.strides()[2][1],
            WIDTH,
            layout.stride(-2));
      } else {
        try (Scope scope = Scope.open("matmul", device.pool())) {
          Tensor panels = pack(oriented, batches, start[2], scope);
          long matrix = panels.shape().size() / batches.size();
          multiply(
              oriented,
              batches,
              start,
              panels,
              0,
              matrix * batches.extents()[1],
              matrix,
              (long) WIDTH * oriented.inner(),
              WIDTH);
        }
      }
    }
  }

  /** Whether panels of the second factor can be read where they are. */
  private static boolean isPanels(Product product) {
    return product.columns() % WIDTH == 0 && product.b().layout().stride(-1) == 1;
  }

  private Tensor pack(Product product, Loops batches, long start, Scope scope) {
    int inner = product.inner();
    int count = panels(product);
    Layout layout = product.b().layout();
    Tensor panels =
        scope.allocate(DType.F32, Shape.of(Math.toIntExact(batches.size()), count, inner, WIDTH));
    if (inner > 0) {
      device
          .kernel(RESOURCE, "", "pack")
          .memory(OpenClBuffer.memory(panels))
          .memory(OpenClBuffer.memory(product.b()))
          .integer(start)
          .integers(
              (long) batches.strides()[2][0],
              batches.strides()[2][1],
              layout.stride(-2),
              layout.stride(-1))
          .integer(inner)
          .integer(product.columns())
          .integer(batches.extents()[1])
          .launch(
              device.queue(),
              new long[] {Groups.cover(inner, GROUP), count, batches.size()},
              new long[] {GROUP, 1, 1});
    }
    return panels;
  }

  private void multiply(
      Product product, Loops batches, long[] start, Tensor b, long bStart, long... bStrides) {
    Kernel kernel = device.kernel(RESOURCE, "", "multiply");
    Tensor[] tensors = {product.out(), product.a()};
    for (int t = 0; t < tensors.length; t++) {
      kernel
          .memory(OpenClBuffer.memory(tensors[t]))
          .integer(start[t])
          .integers(
              (long) batches.strides()[t][0],
              batches.strides()[t][1],
              tensors[t].layout().stride(-2),
              tensors[t].layout().stride(-1));
    }
    int blocks = (product.rows() + ROWS - 1) / ROWS;
    int group = Math.min(GROUP, Groups.powerOfTwo(blocks));
    kernel
        .memory(OpenClBuffer.memory(b))
        .integer(bStart)
        .integers(bStrides)
        .integer(product.rows())
        .integer(product.inner())
        .integer(product.columns())
        .integer(batches.extents()[1])
        .integer(product.accumulate() ? 1 : 0)
        .launch(
            device.queue(),
            new long[] {Groups.cover(blocks, group), panels(product), batches.size()},
            new long[] {group, 1, 1});
  }

  private static int panels(Product product) {
    return (product.columns() + WIDTH - 1) / WIDTH;
  }
}
