package org.polyak.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
            "| matmul | – | 1000x1000x1000 | 500 ms | 10.0 % | 4.00 GFLOP/s |",
            "not measured: the device is \\<lost\\>",
            "commit 0123abc",
            "A curve was ended.");
    assertThat(Files.readString(folder.resolve("report.html")))
        .contains("the device is &lt;lost&gt;", "data:image/png;base64,");
    assertThat(folder.resolve("rates-GFLOP-s.png")).isNotEmptyFile();
  }

  @Test
  void scalingShowsExponentsAndCrossings() throws IOException {
    ReportFolder.at(folder).write(Runs.scaling());
    assertThat(Files.readString(folder.resolve("report.md")))
        .contains("| softmax | 2.00 |", "| momentum | 1.00 |")
        .contains("| momentum | softmax | 1024 tokens |");
    assertThat(folder.resolve("time.png")).isNotEmptyFile();
    assertThat(folder.resolve("memory.png")).isNotEmptyFile();
  }
}
