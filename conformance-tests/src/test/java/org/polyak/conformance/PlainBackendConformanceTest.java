package org.polyak.conformance;

import org.polyak.conformance.plain.PlainBackend;
import org.polyak.spi.Backend;

class PlainBackendConformanceTest extends BackendConformanceTest {
  @Override
  protected Backend open() {
    return new PlainBackend();
  }
}
