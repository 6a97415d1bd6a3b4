package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.DType;
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
      Operand right = oriented.right(batches, start);
      if (right.column() == 1 && oriented.columns() % WIDTH == 0) {
        multiply(oriented, batches, start, inPlace(right));
      } else {
        try (Scope scope = Scope.open("matmul", device.pool())) {
          multiply(oriented, batches, start, pack(oriented, batches, right, scope));
        }
      }
    }
  }

  /** Panels where they are: rows of the operand are its panels, columns the inner axis. */
  private static Operand inPlace(Operand right) {
    return new Operand(
        right.tensor(), right.start(), right.outer(), right.batch(), WIDTH, right.row());
  }

  private Operand pack(Product product, Loops batches, Operand right, Scope scope) {
    int inner = product.inner();
    int count = panels(product);
    Tensor panels =
        scope.allocate(DType.F32, Shape.of(Math.toIntExact(batches.size()), count, inner, WIDTH));
    if (inner > 0) {
      Kernel kernel = device.kernel(RESOURCE, "", "pack").memory(OpenClBuffer.memory(panels));
      right.passTo(kernel);
      kernel
          .integer(inner)
          .integer(product.columns())
          .integer(batches.extents()[1])
          .launch(
              device.queue(),
              new long[] {Groups.cover(inner, GROUP), count, batches.size()},
              new long[] {GROUP, 1, 1});
    }
    long panel = (long) inner * WIDTH;
    long matrix = count * panel;
    return new Operand(panels, 0, matrix * batches.extents()[1], matrix, panel, WIDTH);
  }

  private void multiply(Product product, Loops batches, long[] start, Operand panels) {
    Kernel kernel = device.kernel(RESOURCE, Epilogue.options(product.epilogue()), "multiply");
    product.result(batches, start).passTo(kernel);
    product.left(batches, start).passTo(kernel);
    panels.passTo(kernel);
    int blocks = (product.rows() + ROWS - 1) / ROWS;
    int group = Math.min(GROUP, Groups.powerOfTwo(blocks));
    kernel
        .integer(product.rows())
        .integer(product.inner())
        .integer(product.columns())
        .integer(batches.extents()[1])
        .integer(product.accumulate() ? 1 : 0);
    Epilogue.arguments(kernel, product.epilogue())
        .launch(
            device.queue(),
            new long[] {Groups.cover(blocks, group), panels(product), batches.size()},
            new long[] {group, 1, 1});
  }

  private static int panels(Product product) {
    return (product.columns() + WIDTH - 1) / WIDTH;
  }
}
