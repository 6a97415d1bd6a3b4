package org.polyak.conformance;

import java.util.Map;
import org.polyak.cpu.CpuBackendProvider;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;

class CpuSimdSingleThreadConformanceTest extends BackendConformanceTest {
  @Override
  protected Backend open() {
    return new CpuBackendProvider().open(BackendOptions.of(Map.of("threads", "1")));
  }
}
