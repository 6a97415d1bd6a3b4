package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.polyak.opencl.driver.Device;
import org.polyak.opencl.driver.TestDevices;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendUnavailableException;

class DeviceSelectionTest {
  private static final Device CPU = TestDevices.onPaper(0, Device.Type.CPU, "Processor 2000");
  private static final Device SMALL = TestDevices.onPaper(1, Device.Type.GPU, "Accelerator A10");
  private static final Device LARGE = TestDevices.onPaper(2, Device.Type.GPU, "Accelerator H200");
  private static final List<Device> ALL = List.of(CPU, SMALL, LARGE);

  @Test
  void gpusNeedNoAskingAndTheFirstIsOpened() {
    assertThat(among(ALL)).containsExactly(SMALL, LARGE);
  }

  @Test
  void aTypeAsksForDevicesThatAreNoGpus() {
    assertThat(among(ALL, "type", "cpu")).containsExactly(CPU);
    assertThat(among(ALL, "type", "gpu")).containsExactly(SMALL, LARGE);
  }

  @Test
  void aPartOfTheNameAsksForAnyDevice() {
    assertThat(among(ALL, "device", "h200")).containsExactly(LARGE);
    assertThat(among(ALL, "device", "processor")).containsExactly(CPU);
    assertThat(among(ALL, "device", "accelerator", "type", "gpu")).containsExactly(SMALL, LARGE);
  }

  /** "1" is also a part of "A10", and "2" of "Processor 2000". */
  @Test
  void aNumberIsAPlaceInTheListBeforeItIsAPartOfAName() {
    assertThat(among(ALL, "device", "1")).containsExactly(SMALL);
    assertThat(among(ALL, "device", "2")).containsExactly(LARGE);
    assertThat(among(ALL, "device", "0")).containsExactly(CPU);
    assertThat(among(ALL, "device", "200")).containsExactly(CPU, LARGE);
  }

  @Test
  void withoutAGpuTheMessageListsWhatThereIsAndWhatToType() {
    assertThatThrownBy(() -> among(List.of(CPU)))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage(
            "no OpenCL device is a GPU; there is 0: Processor 2000 (cpu, Platform). A device that is no GPU must be asked for: --option type=cpu");
  }

  @Test
  void aDeviceThatIsNotHereIsMissedWithAllThatAre() {
    assertThatThrownBy(() -> among(ALL, "device", "b300"))
        .hasMessage(
            "no OpenCL device is called 'b300'; there are 0: Processor 2000 (cpu, Platform); 1: Accelerator A10 (gpu, Platform); 2: Accelerator H200 (gpu, Platform). Ask for one of them, for example with --option device=0");
    assertThatThrownBy(() -> among(ALL, "type", "other"))
        .hasMessageStartingWith("no OpenCL device is of the type other; there are");
    assertThatThrownBy(() -> among(ALL, "type", "cpu", "device", "h200"))
        .hasMessageStartingWith("no OpenCL device of the type cpu is called 'h200'; there are");
  }

  @Test
  void anUnknownTypeIsRefused() {
    assertThatThrownBy(() -> among(ALL, "type", "tpu"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Backend option 'type' of opencl must be gpu, cpu or other, not 'tpu'.");
  }

  private static List<Device> among(List<Device> all) {
    return DeviceSelection.of(BackendOptions.DEFAULTS).among(all);
  }

  private static List<Device> among(List<Device> all, String name, String value) {
    return DeviceSelection.of(BackendOptions.of(Map.of(name, value))).among(all);
  }

  private static List<Device> among(
      List<Device> all, String name, String value, String name2, String value2) {
    return DeviceSelection.of(BackendOptions.of(Map.of(name, value, name2, value2))).among(all);
  }
}
