package org.polyak.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The record of a run as a file. */
class RunJsonTest {
  @TempDir Path folder;

  @Test
  void everythingComesBackFromTheFile() throws IOException {
    RunRecord run = Runs.withPeer(0.5);
    Files.writeString(folder.resolve(RunJson.FILE), RunJson.write(run));
    assertThat(RunJson.read(folder)).isEqualTo(run);
    assertThat(RunJson.read(folder.resolve(RunJson.FILE))).isEqualTo(run);
  }

  @Test
  void aRunFromBeforePeersIsReadAsTheBackends() {
    RunRecord run = Runs.kernels(0.5);
    String old =
        RunJson.write(run)
            .replace("\"format\" : 2", "\"format\" : 1")
            .replaceAll("\"by\" : \\{[^}]*}, *|\"difference\" : 0.0, *|\"peers\" : \\[ ], *", "");
    assertThat(old).doesNotContain("\"by\"", "\"peers\"", "\"difference\"");
    assertThat(RunJson.parse("old.json", old)).isEqualTo(run);
  }

  @Test
  void aMissingRunIsNamed() {
    assertThatThrownBy(() -> RunJson.read(folder.resolve("nowhere")))
        .isInstanceOf(BadRunException.class)
        .hasMessageContainingAll("There is no run at", "nowhere", "--out");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "{\"format\": 1}", "{\"suite\": \"kernels\"}"})
  void whatIsNoRunIsRefused(String text) {
    assertThatThrownBy(() -> RunJson.parse("some.json", text))
        .isInstanceOf(BadRunException.class)
        .hasMessageContainingAll("Cannot use the run some.json", "Make it anew");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"jvmArguments\"     | \"arguments\"    | jvmArguments' is missing, of the wrong",
        "\"threads\" : 2,     | \"threads\": {}, | backend.threads' is missing, of the wrong",
        "\"difference\" : 0.0 | \"other\": 0     | points[0].difference' is missing, of the wrong",
        "\"suite\" : \"kernels\" | \"suite\" kernels | it is damaged in line 3",
      })
  void theDamageOfARunIsNamed(String sound, String damaged, String message) {
    String text = RunJson.write(Runs.kernels(0.5));
    assertThat(text).contains(sound);
    assertThatThrownBy(() -> RunJson.parse("some.json", text.replace(sound, damaged)))
        .isInstanceOf(BadRunException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aRunOfAnotherFormatIsRefusedWithBothFormats() {
    String text = RunJson.write(Runs.scaling()).replace("\"format\" : 2", "\"format\" : 9");
    assertThatThrownBy(() -> RunJson.parse("some.json", text))
        .isInstanceOf(BadRunException.class)
        .hasMessageContaining("its format is 9, and this version of Polyak reads 2");
  }
}
