package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Layout;
import org.polyak.spi.Tensor;

/** Products of matrices over batches. */
final class MatrixProduct {
  private static final int TILE = 64;
  private static final int LANES = 16;

  private final OpenClDevice device;

  MatrixProduct(OpenClDevice device) {
    this.device = device;
  }

  void multiply(Tensor a, Tensor b, boolean accumulate, Tensor out) {
    if (out.shape().size() == 0) {
      return;
    }
    int rows = out.shape().dim(-2);
    int columns = out.shape().dim(-1);
    int inner = a.shape().dim(-1);
    Kernel kernel = device.kernel("matmul", "", "tiled");
    Layout[] layouts = {out.layout(), a.layout(), b.layout()};
    Tensor[] tensors = {out, a, b};
    Loops batches = Loops.batches(layouts);
    for (long[] start : batches.starts()) {
      for (int t = 0; t < tensors.length; t++) {
        kernel
            .memory(OpenClBuffer.memory(tensors[t]))
            .integer(start[t])
            .integers(
                (long) batches.strides()[t][0],
                batches.strides()[t][1],
                layouts[t].stride(-2),
                layouts[t].stride(-1));
      }
      kernel
          .integer(rows)
          .integer(inner)
          .integer(columns)
          .integer(batches.extents()[1])
          .integer(accumulate ? 1 : 0)
          .launch(
              device.queue(),
              new long[] {
                Groups.cover(columns, TILE) / TILE * LANES,
                Groups.cover(rows, TILE) / TILE * LANES,
                batches.size()
              },
              new long[] {LANES, LANES, 1});
    }
  }
}
