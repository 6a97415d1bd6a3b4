package org.polyak.opencl;

import java.util.List;
import org.polyak.spi.Tensor;

/** Products of matrices over batches. */
final class MatrixProduct {
  private final List<ProductStrategy> strategies;

  MatrixProduct(OpenClDevice device) {
    this.strategies =
        device.traits().cooperative()
            ? List.of(new TiledProduct(device), new GeneralProduct(device))
            : List.of(new BlockedProduct(device));
  }

  void multiply(Tensor a, Tensor b, boolean accumulate, Tensor out) {
    if (out.shape().size() == 0) {
      return;
    }
    Product product = new Product(a, b, accumulate, out);
    for (ProductStrategy strategy : strategies) {
      if (strategy.accepts(product)) {
        strategy.submit(product);
        return;
      }
    }
    throw new IllegalStateException("No way to compute %s times %s.".formatted(a, b));
  }
}
