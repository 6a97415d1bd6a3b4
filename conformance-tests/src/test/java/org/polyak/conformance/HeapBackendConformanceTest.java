package org.polyak.conformance;

import com.example.heap.HeapProvider;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;

/** The backend of docs/examples: verbs only, so every fused operation is composed. */
class HeapBackendConformanceTest extends BackendConformanceTest {
  @Override
  protected Backend open() {
    return new HeapProvider().open(BackendOptions.DEFAULTS);
  }
}
