package org.polyak.conformance;

import org.polyak.cpu.CpuBackendProvider;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;

class CpuSimdConformanceTest extends BackendConformanceTest {
  @Override
  protected Backend open() {
    return new CpuBackendProvider().open(BackendOptions.DEFAULTS);
  }
}
