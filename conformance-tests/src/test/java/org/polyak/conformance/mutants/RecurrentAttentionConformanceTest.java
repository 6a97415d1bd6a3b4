package org.polyak.conformance.mutants;

import org.polyak.conformance.BackendConformanceTest;
import org.polyak.spi.Backend;

/** What mutants are made from is itself conformant. */
class RecurrentAttentionConformanceTest extends BackendConformanceTest {
  @Override
  protected Backend open() {
    return GoodBackend.RECURRENCE.open();
  }
}
