package org.polyak.nn.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.Scope;

class SessionTest {
  @Test
  void serviceLoaderFindsTheBackendOfThisMachine() {
    BackendRegistry registry = BackendRegistry.discover();
    assertThat(registry.providers().stream().map(BackendProvider::id))
        .containsExactly("cpu-simd", "opencl");
    assertThat(registry.problems()).isEmpty();
  }

  @Test
  void lineNamesBackendOriginPrecisionThreadsAndWhatRanFusedOrComposed() {
    BackendSettings settings = new BackendSettings("cpu-simd", null, null, null);
    try (Session session = Session.open(settings, BackendOptions.of(Map.of("threads", "1")))) {
      assertThat(session.describe())
          .isEqualTo(
              "Backend cpu-simd (from --backend) on %s, f32, 1 thread"
                  .formatted(session.backend().info().device()));
      try (Scope scope = session.openScope("test")) {
        Ops ops = Ops.inference(session.engine(), scope);
        Variable gain = ops.filled(1, 4);
        ops.layerNorm(ops.filled(2, 3, 4), gain, null, 1e-5);
        String kind =
            session.engine().fusedReport().containsValue("fused")
                ? "; fused: layer norm"
                : "; fused: none; composed: layer norm";
        assertThat(session.describe()).endsWith(kind);
      }
    }
  }

  @Test
  void autoOpensWhatItChoseAndSaysWhy() {
    BackendSettings settings = new BackendSettings("auto", null, null, null);
    try (Session session = Session.open(settings, BackendOptions.DEFAULTS)) {
      assertThat(session.describe())
          .contains(" (chosen by auto from --backend: the first that can start here, on ");
    }
  }

  @Test
  void wrongBackendOptionIsNotSwallowed() {
    assertThatThrownBy(
            () -> Session.open(BackendSettings.NONE, BackendOptions.of(Map.of("thread", "2"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'thread'");
  }
}
