package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;

/** Any strides, through local memory. */
final class GeneralProduct implements ProductStrategy {
  private static final int TILE = 64;
  private static final int LANES = 16;

  private final OpenClDevice device;

  GeneralProduct(OpenClDevice device) {
    this.device = device;
  }

  @Override
  public boolean accepts(Product product) {
    return true;
  }

  @Override
  public void submit(Product product) {
    Kernel kernel = device.kernel("matmul", Epilogue.options(product.epilogue()), "general");
    Loops batches = product.batches();
    for (long[] start : batches.starts()) {
      product.result(batches, start).passTo(kernel);
      product.left(batches, start).passTo(kernel);
      product.right(batches, start).passTo(kernel);
      kernel
          .integer(product.rows())
          .integer(product.inner())
          .integer(product.columns())
          .integer(batches.extents()[1])
          .integer(product.accumulate() ? 1 : 0);
      Epilogue.arguments(kernel, product.epilogue())
          .launch(
              device.queue(),
              new long[] {
                Groups.cover(product.columns(), TILE) / TILE * LANES,
                Groups.cover(product.rows(), TILE) / TILE * LANES,
                batches.size()
              },
              new long[] {LANES, LANES, 1});
    }
  }
}
