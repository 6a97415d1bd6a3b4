package org.polyak.conformance.mutants;

import org.polyak.conformance.BackendConformanceTest;
import org.polyak.spi.Backend;

/** What mutants are made from is itself conformant. */
class QueuedDeviceConformanceTest extends BackendConformanceTest {
  @Override
  protected Backend open() {
    return GoodBackend.QUEUE.open();
  }
}
