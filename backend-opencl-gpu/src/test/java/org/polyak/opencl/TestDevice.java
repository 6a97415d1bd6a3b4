package org.polyak.opencl;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Assumptions;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.Probe;

/**
 * The OpenCL device on the processor (PoCL), for tests. On a machine without one a test is aborted
 * and says so; with {@code -Dpolyak.opencl.required=true} it fails.
 */
final class TestDevice {
  private static final BackendOptions OPTIONS =
      BackendOptions.of(Map.of("type", "cpu", "cache", "target/opencl"));

  /** Compute units and largest work-group of a GPU, as variants are chosen by them. */
  private static final int GPU_UNITS = 132;

  private static final int GPU_GROUP = 256;

  private TestDevice() {}

  /** As a user gets it. */
  static Backend open() {
    return open(UnaryOperator.identity());
  }

  /** With the variants that the backend runs on a GPU, except those in NVIDIA's assembler. */
  static Backend openLikeGpu() {
    return open(traits -> Traits.gpu(false, Precision.F32, GPU_UNITS, GPU_GROUP));
  }

  /** With variants chosen by other traits than the device's own. */
  static Backend open(UnaryOperator<Traits> traits) {
    require();
    return OpenClBackendProvider.open(OPTIONS, traits);
  }

  /** Aborts, or fails where a device is demanded. */
  static void require() {
    if (!Boolean.getBoolean("polyak.opencl.required")
        && new OpenClBackendProvider().probe(OPTIONS)
            instanceof Probe.Missing(String reason, String remedy)) {
      Assumptions.abort(reason + ". " + remedy);
    }
  }
}
