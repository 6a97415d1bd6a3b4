package org.polyak.nn.inject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.ProvisionException;
import com.google.inject.multibindings.Multibinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.session.BackendRegistry;
import org.polyak.nn.session.BackendSelectionException;
import org.polyak.nn.session.BackendSettings;
import org.polyak.nn.session.Session;
import org.polyak.nn.session.StubProvider;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.BackendUnavailableException;

class BackendModuleTest {
  @Test
  void sessionBackendAndEngineAreOnePerInjector() {
    Injector injector = injector(BackendSettings.NONE);
    try (Session session = injector.getInstance(Session.class)) {
      assertThat(injector.getInstance(Session.class)).isSameAs(session);
      assertThat(injector.getInstance(Backend.class)).isSameAs(session.backend());
      assertThat(injector.getInstance(Engine.class)).isSameAs(session.engine());
      assertThat(session.backend().info().backend()).isEqualTo("cpu-simd");
    }
  }

  @Test
  void contributedProvidersAreAddedOrReplaceFoundOnes() {
    Injector injector =
        injector(
            BackendSettings.NONE, StubProvider.ready("acme-npu"), StubProvider.missing("cpu-simd"));

    assertThat(
            injector.getInstance(BackendRegistry.class).providers().stream()
                .map(BackendProvider::id))
        .containsExactly("acme-npu", "cpu-simd", "opencl");
    assertThatThrownBy(() -> injector.getInstance(Backend.class))
        .isInstanceOf(ProvisionException.class)
        .hasRootCauseInstanceOf(BackendUnavailableException.class)
        .cause()
        .isInstanceOf(BackendSelectionException.class)
        .hasMessageStartingWith(
            "Backend 'cpu-simd' (from built-in default) cannot start: no cpu-simd device. Install a driver, or use one of: acme-npu");
  }

  @Test
  void startPrintsNoWarningBeyondTheNoticeOfTheJvmItself() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                GuiceStart.class.getName())
            .start();
    String errors = text(process.getErrorStream().readAllBytes());
    String output = text(process.getInputStream().readAllBytes());

    assertThat(process.waitFor()).as(errors).isZero();
    assertThat(output).startsWith("Backend cpu-simd (from built-in default) on ");
    assertThat(errors.lines())
        .containsExactly("WARNING: Using incubator modules: jdk.incubator.vector");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static Injector injector(BackendSettings settings, BackendProvider... contributed) {
    return Guice.createInjector(
        new BackendModule(settings, BackendOptions.DEFAULTS),
        new AbstractModule() {
          @Override
          protected void configure() {
            Multibinder<BackendProvider> set =
                Multibinder.newSetBinder(binder(), BackendProvider.class);
            List.of(contributed).forEach(provider -> set.addBinding().toInstance(provider));
          }
        });
  }
}
