package org.polyak.opencl;

import java.util.List;

/** Products of matrices over batches. */
final class MatrixProduct {
  private final List<ProductStrategy> strategies;

  MatrixProduct(OpenClDevice device) {
    this.strategies =
        device.traits().cooperative()
            ? List.of(new TiledProduct(device), new GeneralProduct(device))
            : List.of(new BlockedProduct(device));
  }

  void multiply(Product product) {
    if (product.out().shape().size() == 0) {
      return;
    }
    for (ProductStrategy strategy : strategies) {
      if (strategy.accepts(product)) {
        strategy.submit(product);
        return;
      }
    }
    throw new IllegalStateException(
        "No way to compute %s times %s.".formatted(product.a(), product.b()));
  }
}
