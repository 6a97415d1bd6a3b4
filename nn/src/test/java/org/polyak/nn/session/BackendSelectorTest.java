package org.polyak.nn.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;

class BackendSelectorTest {
  @Test
  void namedBackendThatCannotStartSaysWhyWhereFromAndWhatToDo() {
    BackendSelector selector =
        selector(StubProvider.missing("opencl"), StubProvider.ready("cpu-simd"));
    BackendSelection selection = selector.select(new BackendSetting("opencl", "-Dpolyak.backend"));

    assertThatThrownBy(() -> selector.open(selection))
        .isInstanceOf(BackendSelectionException.class)
        .hasMessage(
            "Backend 'opencl' (from -Dpolyak.backend) cannot start: no opencl device. Install a driver, or use one of: cpu-simd.");
  }

  @Test
  void withoutAnotherBackendOnlyTheRemedyIsGiven() {
    BackendSelector selector = selector(StubProvider.missing("opencl"));
    BackendSelection selection = selector.select(new BackendSetting("opencl", "--backend"));

    assertThatThrownBy(() -> selector.open(selection))
        .hasMessage(
            "Backend 'opencl' (from --backend) cannot start: no opencl device. Install a driver.");
  }

  @Test
  void unknownBackendSuggestsTheNearest() {
    BackendSelector selector =
        selector(StubProvider.ready("opencl"), StubProvider.ready("cpu-simd"));

    assertThatThrownBy(() -> selector.select(new BackendSetting("open-cl", "application.conf: 3")))
        .isInstanceOf(BackendSelectionException.class)
        .hasMessage(
            "Backend 'open-cl' (from application.conf: 3) is unknown. Did you mean 'opencl'? Known: cpu-simd, opencl, auto.");
    assertThatThrownBy(() -> selector.select(new BackendSetting("tpu9000", "--backend")))
        .hasMessage(
            "Backend 'tpu9000' (from --backend) is unknown. Known: cpu-simd, opencl, auto.");
  }

  @Test
  void noBackendAtAllSaysWhatToInstall() {
    assertThatThrownBy(() -> selector().select(BackendSettings.NONE.resolve()))
        .hasMessageContaining("no backend is installed")
        .hasMessageContaining("polyak-backend-cpu-simd");
    assertThatThrownBy(() -> selector().select(new BackendSetting("auto", "--backend")))
        .hasMessageContaining("None is installed");
  }

  @Test
  void otherVersionOfTheContractIsRefusedBeforeAnythingElse() {
    BackendSelector selector =
        selector(
            StubProvider.ofVersion("old", BackendProvider.SPI_VERSION - 1),
            StubProvider.ofVersion("new", BackendProvider.SPI_VERSION + 1),
            StubProvider.ready("cpu-simd"));

    assertThatThrownBy(() -> selector.select(new BackendSetting("old", "--backend")))
        .hasMessage(
            "Backend 'old' (from --backend) cannot start: it was built for version 0 of the backend contract and this Polyak has version 1. Update the backend. Or use one of: cpu-simd.");
    assertThatThrownBy(() -> selector.select(new BackendSetting("new", "--backend")))
        .hasMessageContaining("Update Polyak.");
  }

  @Test
  void autoPrefersAcceleratorsAndSaysWhy() {
    BackendSelection selection =
        selector(StubProvider.ready("cpu-simd"), StubProvider.ready("opencl"))
            .select(new BackendSetting("auto", "--backend"));

    assertThat(selection.provider().id()).isEqualTo("opencl");
    assertThat(selection.describe())
        .isEqualTo(
            "chosen by auto from --backend: the first that can start here, on the opencl device");
  }

  @Test
  void autoPassesOverWhatCannotStartAndSaysSo() {
    BackendSelection selection =
        selector(
                StubProvider.ready("cpu-simd"),
                StubProvider.missing("opencl"),
                StubProvider.ofVersion("npu", 7))
            .select(new BackendSetting("auto", "--backend"));

    assertThat(selection.provider().id()).isEqualTo("cpu-simd");
    assertThat(selection.describe())
        .contains("not available: npu: it was built for version 7")
        .contains("opencl: no opencl device");
    assertThatThrownBy(() ->
            selector(StubProvider.missing("opencl"))
                .select(new BackendSetting("auto", "--backend")))
        .hasMessage("No backend can start (auto from --backend). opencl: no opencl device.");
  }

  @Test
  void twoBackendsOfOneNameAreRefusedAndReplacementsAreNot() {
    StubProvider first = StubProvider.ready("cpu-simd");
    StubProvider second = StubProvider.missing("cpu-simd");
    assertThatThrownBy(() -> BackendRegistry.of(List.of(first, second)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Two backends are called 'cpu-simd'");
    assertThat(
            BackendRegistry.of(List.of(first, StubProvider.ready("opencl")))
                .withReplacements(List.of(second))
                .providers())
        .containsExactly(second, StubProvider.ready("opencl"));
  }

  @Test
  void nearestNameToleratesTyposOnly() {
    List<String> names = List.of("momentum", "adaptive", "linear");
    assertThat(NearestName.of("momentun", names)).contains("momentum");
    assertThat(NearestName.of("ADAPTIV", names)).contains("adaptive");
    assertThat(NearestName.of("lienar", names)).contains("linear");
    assertThat(NearestName.of("xyz", names)).isEmpty();
  }

  private static BackendSelector selector(BackendProvider... providers) {
    return new BackendSelector(BackendRegistry.of(List.of(providers)), BackendOptions.DEFAULTS);
  }
}
