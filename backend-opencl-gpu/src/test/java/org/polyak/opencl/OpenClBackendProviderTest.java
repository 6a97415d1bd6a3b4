package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.DType;
import org.polyak.spi.DeviceChoice;
import org.polyak.spi.Probe;
import org.polyak.spi.Profile;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

class OpenClBackendProviderTest {
  @Test
  void theServiceLoaderFindsTheProvider() {
    assertThat(ServiceLoader.load(BackendProvider.class))
        .filteredOn(provider -> provider.id().equals("opencl"))
        .singleElement()
        .satisfies(
            provider -> assertThat(provider.spiVersion()).isEqualTo(BackendProvider.SPI_VERSION));
  }

  @Test
  void unknownOptionsAndValuesAreRefused() {
    assertRefused("colour", "red", "Unknown backend option 'colour'");
    assertRefused("precision", "f64", "'precision' of opencl must be");
    assertRefused("profile", "yes", "'profile' of opencl must be true or false, not 'yes'");
    assertRefused("type", "npu", "'type' of opencl must be gpu, cpu or other");
  }

  @Test
  void everyDeviceCanBeChosenByTheOptionThatNamesIt() {
    TestDevice.require();
    List<DeviceChoice> choices = new OpenClBackendProvider().choices();
    assertThat(choices).isNotEmpty();
    for (DeviceChoice choice : choices) {
      int sign = choice.option().indexOf('=');
      Map<String, String> option =
          Map.of(choice.option().substring(0, sign), choice.option().substring(sign + 1));
      Probe probe = new OpenClBackendProvider().probe(BackendOptions.of(option));
      assertThat(probe).isEqualTo(new Probe.Ready(List.of(choice.info())));
      assertThat(choice.info().details()).containsKeys("type", "platform", "memory-bytes");
    }
    assertThat(choices)
        .filteredOn(DeviceChoice::first)
        .hasSizeLessThanOrEqualTo(1)
        .allMatch(choice -> type(choice.info()).equals("gpu"));
    assertThat(choices).anyMatch(choice -> type(choice.info()).equals("cpu"));
  }

  @Test
  void launchesAndCopiesAreCountedFromOneQuestionToTheNext() {
    TestDevice.require();
    BackendOptions options =
        BackendOptions.of(Map.of("type", "cpu", "profile", "true", "cache", "target/opencl"));
    try (Backend backend = new OpenClBackendProvider().open(options);
        Scope scope = backend.openScope("test")) {
      backend.profile();
      Tensor tensor = scope.allocate(DType.F32, Shape.of(1000));
      float[] values = new float[1000];
      backend.upload(MemorySegment.ofArray(values), tensor);
      for (int i = 0; i < 3; i++) {
        backend.kernels().fill(tensor, i);
      }
      backend.download(tensor, MemorySegment.ofArray(values));
      Profile profile = backend.profile().orElseThrow();
      assertThat(profile.kernels())
          .singleElement()
          .satisfies(kernel -> {
            assertThat(kernel.name()).startsWith("elementwise.");
            assertThat(kernel.launches()).isEqualTo(3);
            assertThat(kernel.nanoseconds()).isPositive();
          });
      assertThat(profile.uploads()).isEqualTo(new Profile.Transfers(1, 4000));
      assertThat(profile.downloads()).isEqualTo(new Profile.Transfers(1, 4000));
      assertThat(profile.heldBytes()).isGreaterThanOrEqualTo(4000);

      Profile later = backend.profile().orElseThrow();
      assertThat(later.kernels()).isEmpty();
      assertThat(later.uploads().count()).isZero();
    }
  }

  @Test
  void deviceTimeIsMeasuredOnlyWhenAskedFor() {
    try (Backend backend = TestDevice.open();
        Scope scope = backend.openScope("test")) {
      backend.kernels().fill(scope.allocate(DType.F32, Shape.of(10)), 1);
      assertThat(backend.profile().orElseThrow().kernels())
          .singleElement()
          .satisfies(kernel -> assertThat(kernel.nanoseconds()).isNegative());
    }
  }

  private static String type(BackendInfo info) {
    return String.valueOf(info.details().get("type"));
  }

  private static void assertRefused(String name, String value, String message) {
    BackendOptions options = BackendOptions.of(Map.of(name, value));
    assertThatThrownBy(() -> new OpenClBackendProvider().open(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
    assertThat(new OpenClBackendProvider().probe(options))
        .isInstanceOfSatisfying(
            Probe.Missing.class, missing -> assertThat(missing.reason()).contains(message));
  }
}
