package org.polyak.opencl.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class LoaderTest {
  @Test
  void aMissingLoaderIsNamedWithWhatToInstall() {
    assertThat(Loader.obstacle(List.of("libNoSuchLoader.so.1", "libNoSuchLoader.so")))
        .hasValueSatisfying(missing -> {
          assertThat(missing.reason()).contains("libNoSuchLoader.so.1, is missing");
          assertThat(missing.remedy()).contains("ocl-icd-libopencl1", "LD_LIBRARY_PATH");
        });
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aLibraryOfAnotherKindIsNoLoader() {
    assertThat(Loader.obstacle(List.of("libc.so.6"))).isPresent();
  }

  @Test
  void onLinuxTheFileOfTheRuntimeServesAsWellAsThatOfTheDeveloper() {
    assertThat(Loader.names("Linux")).containsExactly("libOpenCL.so.1", "libOpenCL.so");
    assertThat(Loader.names("Windows 11")).containsExactly("OpenCL.dll");
    assertThat(Loader.names("Mac OS X")).singleElement().asString().contains("OpenCL.framework");
  }

  @Test
  void aLibraryOfJoclThatDoesNotLoadIsNamedWithItsFolder() {
    Devices.Missing missing =
        Loader.broken(new UnsatisfiedLinkError("failed to map segment\nsecond line"));
    assertThat(missing.reason()).contains("failed to map segment").doesNotContain("second line");
    assertThat(missing.remedy()).contains(System.getProperty("java.io.tmpdir"));
  }
}
