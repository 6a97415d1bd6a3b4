package org.polyak.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.polyak.bench.result.Runs;

/** Reports of runs whose figures are known. */
class ReportFolderTest {
  @TempDir Path folder;

  @Test
  void ratesSpreadsAndFailuresStandInTheReport() throws IOException {
    ReportFolder.at(folder).write(Runs.kernels(0.5));
    String page = Files.readString(folder.resolve("report.md"));
    assertThat(page)
        .contains(
            "2 of 3 loads were measured, after 17 conformance cases had passed",
            "| matmul | – | 1000x1000x1000 | cpu-simd | 500 ms | 10.0 % | 4.00 GFLOP/s |",
            "not measured: the device is \\<lost\\>",
            "commit 0123abc",
            "A curve was ended.");
    assertThat(Files.readString(folder.resolve("report.html")))
        .contains("the device is &lt;lost&gt;", "data:image/png;base64,");
    assertThat(folder.resolve("rates-GFLOP-s.png")).isNotEmptyFile();
  }

  /** The quartiles of 0.45, 0.5 and 0.55 are 0.475 and 0.525. */
  @Test
  void peersStandBesideOursWithTheirRatios() throws IOException {
    ReportFolder.at(folder).write(Runs.withPeer(0.5));
    assertThat(Files.readString(folder.resolve("report.md")))
        .contains(
            "## Against Otherlib 7",
            "| matmul 1000x1000x1000 | 500 ms | 1.00 s | 2.00 (1.90 to 2.11) | 3.0e-07 |",
            "| matmul 2000x500x1000 | 1.00 s | not measured: the library is missing |",
            "Geometric means of the ratios: matmul 2.00.",
            "| matmul | – | 1000x1000x1000 | otherlib | 1.00 s |",
            "| Otherlib 7 | Otherlib build 7, 2 threads |");
    assertThat(folder.resolve("peers.png")).isNotEmptyFile();
  }

  @Test
  void aRunWithoutPeersDoesNotSpeakOfThem() throws IOException {
    ReportFolder.at(folder).write(Runs.kernels(0.5));
    assertThat(Files.readString(folder.resolve("report.md"))).doesNotContain("other libraries\n");
    assertThat(folder.resolve("peers.png")).doesNotExist();
  }

  /** Pixels of n ms sum up to n²/2 ms. */
  @Test
  void imagesFromRecomputedPixelsAreAddedUp() throws IOException {
    ReportFolder.at(folder).write(Runs.generation());
    assertThat(Files.readString(folder.resolve("report.md")))
        .contains(
            "## One image of tiny",
            "| pixels | momentum | softmax, recomputed |",
            "| 10 | 10.0 ms (1.00) | 50.0 ms (5.00) |",
            "| 20 | 20.0 ms (1.00) | 200 ms (10.0) |")
        .doesNotContain("50.0 ms (1.00)");
    assertThat(folder.resolve("image-tiny.png")).isNotEmptyFile();
  }

  @Test
  void scalingShowsExponentsAndCrossings() throws IOException {
    ReportFolder.at(folder).write(Runs.scaling());
    assertThat(Files.readString(folder.resolve("report.md")))
        .contains("| softmax | 2.00 |", "| momentum | 1.00 |")
        .contains("| momentum faster than softmax | 1024 |");
    assertThat(folder.resolve("time.png")).isNotEmptyFile();
    assertThat(folder.resolve("memory.png")).isNotEmptyFile();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.99996, 1.00",
    "9.996, 10.0",
    "99.96, 100",
    "1234, '1,234'",
    "0.0005, 5.00e-04"
  })
  void numbersHaveThreeSignificantDigits(double value, String text) {
    assertThat(Figures.number(value)).isEqualTo(text);
  }
}
