package org.polyak.conformance;

import org.polyak.spi.Backend;

/** What computes products in bfloat16 and says so stays within the bounds of that precision. */
class BrainFloatConformanceTest extends BackendConformanceTest {
  @Override
  protected Backend open() {
    return new ReducedBackend(Precision.BF16, Precision.BF16);
  }
}
