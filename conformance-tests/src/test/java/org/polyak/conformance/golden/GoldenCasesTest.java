package org.polyak.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.conformance.ConformanceCase;
import org.polyak.conformance.Precision;

/** Which golden files become cases, decided from what the files say. */
class GoldenCasesTest {
  @TempDir Path folder;

  @Test
  void everyFileOfTheGoldenSetIsReplayedOrNamedAsUnknown() {
    Optional<GoldenDirectory> directory = GoldenDirectory.find();
    Assumptions.assumeTrue(directory.isPresent(), GoldenDirectory::absence);
    GoldenCases golden = GoldenCases.read(directory.orElseThrow(), Precision.F32);
    assertThat(golden.files()).isEqualTo(198);
    assertThat(golden.backend()).hasSize(117);
    assertThat(golden.oracle()).hasSize(137);
    assertThat(golden.unknown()).hasSize(198 - 117 + 198 - 137);
    assertThat(golden.unknown())
        .extracting(GoldenCases.UnknownReplay::caseId)
        .contains(
            "GOLD-06_delta_rule_n1",
            "GOLD-ORACLE-06_delta_rule_n1",
            "GOLD-08_former_tmm",
            "GOLD-09_optim_muon_open",
            "GOLD-09_optim_adam_amsgrad_open",
            "GOLD-10_causalconv_k4_n2_none",
            "GOLD-10_dmol3_mean",
            "GOLD-10_rmsnorm")
        .doesNotContain("GOLD-ORACLE-10_rmsnorm", "GOLD-ORACLE-09_optim_adam_amsgrad_open");
  }

  @Test
  void anUnknownOperationIsNamedAndNeverReplayed() throws IOException {
    GoldenFiles.write(folder.resolve("06_spin.safetensors"), "spin_attention", "{}");
    GoldenCases golden = GoldenCases.read(new GoldenDirectory(folder), Precision.F32);
    assertThat(golden.all()).isEmpty();
    assertThat(golden.unknown())
        .extracting(Object::toString)
        .containsExactly(
            "GOLD-06_spin (spin_attention): nn has no operation 'spin_attention'",
            "GOLD-ORACLE-06_spin (spin_attention): the oracle has no operation 'spin_attention'");
  }

  @Test
  void anUnknownParameterOfAKnownOperationIsNamed() throws IOException {
    GoldenFiles.write(folder.resolve("10_a.safetensors"), "activation", "{\"function\": \"mish\"}");
    GoldenFiles.write(
        folder.resolve("10_b.safetensors"), "activation", "{\"function\": \"gelu_tanh\"}");
    GoldenCases golden = GoldenCases.read(new GoldenDirectory(folder), Precision.F32);
    assertThat(golden.backend()).isEmpty();
    assertThat(golden.oracle()).extracting(ConformanceCase::id).containsExactly("GOLD-ORACLE-10_b");
    assertThat(golden.unknown())
        .extracting(GoldenCases.UnknownReplay::caseId)
        .containsExactly("GOLD-10_a", "GOLD-ORACLE-10_a", "GOLD-10_b");
    assertThat(golden.unknown().getFirst().reason()).startsWith("function = mish is not among");
  }

  @Test
  void aBackendOfReducedPrecisionIsNotHeldToTolerancesForFloat32() throws IOException {
    GoldenFiles.write(folder.resolve("10_a.safetensors"), "linear", "{}");
    GoldenCases golden = GoldenCases.read(new GoldenDirectory(folder), Precision.BF16);
    assertThat(golden.backend()).isEmpty();
    assertThat(golden.oracle()).hasSize(1);
    assertThat(golden.unknown().getFirst().reason()).contains("not in bf16");
  }

  @Test
  void theFingerprintTellsSetsOfFilesApart() throws IOException {
    GoldenFiles.write(folder.resolve("10_a.safetensors"), "linear", "{}");
    String before = GoldenCases.read(new GoldenDirectory(folder), Precision.F32).fingerprint();
    GoldenFiles.write(folder.resolve("10_a.safetensors"), "linear", "{\"scale\": 2}");
    String after = GoldenCases.read(new GoldenDirectory(folder), Precision.F32).fingerprint();
    assertThat(before).matches("[0-9a-f]{64}").isNotEqualTo(after);
  }

  @Test
  void aDamagedFileIsNamedWithItsFault() throws IOException {
    for (byte[] damaged : List.of(new byte[0], new byte[] {9, 0, 0, 0, 0, 0, 0, 0, '{'})) {
      Files.write(folder.resolve("01_cut.safetensors"), damaged);
      assertThatThrownBy(() -> GoldenCases.read(new GoldenDirectory(folder), Precision.F32))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContainingAll("01_cut.safetensors", "cut short");
    }
  }
}
