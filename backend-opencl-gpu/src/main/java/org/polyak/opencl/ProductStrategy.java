package org.polyak.opencl;

/** A way to compute products of matrices. */
sealed interface ProductStrategy permits GeneralProduct, TiledProduct, BlockedProduct {
  /** Whether the layouts suit this way. */
  boolean accepts(Product product);

  /** Submits the work for a product that is accepted and whose result is not empty. */
  void submit(Product product);
}
