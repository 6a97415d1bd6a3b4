package org.polyak.conformance;

import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.polyak.opencl.OpenClBackendProvider;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.Probe;

/**
 * On the processor's OpenCL device. Without one the cases are aborted with the reason; with {@code
 * -Dpolyak.opencl.required=true} they fail.
 */
class OpenClConformanceTest extends BackendConformanceTest {
  private static final BackendOptions OPTIONS =
      BackendOptions.of(Map.of("type", "cpu", "cache", "target/opencl"));

  @Override
  protected Backend open() {
    OpenClBackendProvider provider = new OpenClBackendProvider();
    if (!Boolean.getBoolean("polyak.opencl.required")
        && provider.probe(OPTIONS) instanceof Probe.Missing(String reason, String remedy)) {
      Assumptions.abort(reason + ". " + remedy);
    }
    return provider.open(OPTIONS);
  }
}
