package org.polyak.nn.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class BackendSettingsTest {
  private static final BackendSetting CONFIGURED =
      new BackendSetting("file", "application.conf: 3");

  @Test
  void commandLineBeatsPropertyBeatsEnvironmentBeatsConfigurationBeatsBuiltIn() {
    assertThat(new BackendSettings("line", "property", "variable", CONFIGURED).resolve())
        .isEqualTo(new BackendSetting("line", "--backend"));
    assertThat(new BackendSettings(null, "property", "variable", CONFIGURED).resolve())
        .isEqualTo(new BackendSetting("property", "-Dpolyak.backend"));
    assertThat(new BackendSettings(null, null, "variable", CONFIGURED).resolve())
        .isEqualTo(new BackendSetting("variable", "environment variable POLYAK_BACKEND"));
    assertThat(new BackendSettings(null, null, null, CONFIGURED).resolve()).isEqualTo(CONFIGURED);
    assertThat(BackendSettings.NONE.resolve())
        .isEqualTo(new BackendSetting("cpu-simd", "built-in default"));
  }

  @Test
  void blankValuesAreAbsent() {
    assertThat(new BackendSettings("", " ", "variable ", null).resolve().id())
        .isEqualTo("variable");
    assertThat(new BackendSettings(null, null, "", new BackendSetting(" ", "x")).resolve().id())
        .isEqualTo("cpu-simd");
  }

  @Test
  void processSettingsComeFromPropertyAndVariable() {
    Properties properties = new Properties();
    properties.setProperty("polyak.backend", "p");
    Map<String, String> variables = Map.of("POLYAK_BACKEND", "v");

    assertThat(BackendSettings.of("c", properties, variables, CONFIGURED))
        .isEqualTo(new BackendSettings("c", "p", "v", CONFIGURED));
    assertThat(BackendSettings.of(null, new Properties(), Map.of(), null))
        .isEqualTo(BackendSettings.NONE);
  }
}
