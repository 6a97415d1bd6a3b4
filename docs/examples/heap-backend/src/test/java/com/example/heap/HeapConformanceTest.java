package com.example.heap;

import org.polyak.conformance.BackendConformanceTest;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;

class HeapConformanceTest extends BackendConformanceTest {
  @Override
  protected Backend open() {
    return new HeapProvider().open(BackendOptions.DEFAULTS);
  }
}
