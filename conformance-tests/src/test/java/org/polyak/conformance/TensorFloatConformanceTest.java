package org.polyak.conformance;

import org.polyak.spi.Backend;

/**
 * What computes products in TensorFloat-32 and says so stays within the bounds of that precision.
 */
class TensorFloatConformanceTest extends BackendConformanceTest {
  @Override
  protected Backend open() {
    return new ReducedBackend(Precision.TF32, Precision.TF32);
  }
}
