package org.polyak.tasks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PagesTest {
  @TempDir Path folder;

  @Test
  void theRunReportIsSelfContainedAndEscaped() throws IOException {
    Path curves = curves();
    SampleGrid grid = new SampleGrid(2, List.of(new byte[] {0, -1, -1, 0}));
    Path file = folder.resolve("report.html");
    new RunReport(
            ReportFixture.result("momentum", 0.998),
            curves,
            List.of(
                new Samples.Texts(List.of("To be <or> not & \u0007")),
                new Samples.Images(grid, "digits")),
            "polyak { seed = 7 }")
        .write(file);
    String html = Files.readString(file);
    assertThat(html)
        .startsWith("<!doctype html>")
        .contains("To be &lt;or&gt; not &amp; \ufffd")
        .contains("Test &lt;CPU&gt; &amp; co")
        .contains("0.9980")
        .contains("polyak { seed = 7 }")
        .doesNotContain("src=\"http")
        .doesNotContain("href=");
    assertThat(html.split("data:image/png;base64,", -1)).hasSize(3);
  }

  @Test
  void theResultNamesEverythingThatWasUsed() throws IOException {
    JsonNode json = new Json().parse(ReportFixture.result("momentum", 0.75).toJson());
    assertThat(json.path("task").asText()).isEqualTo("copy");
    assertThat(json.path("variant").asText()).isEqualTo("momentum");
    assertThat(json.path("backend").asText()).isEqualTo("cpu-simd");
    assertThat(json.path("device").asText()).isEqualTo("Test <CPU> & co");
    assertThat(json.path("precision").asText()).isEqualTo("f32");
    assertThat(json.path("threads").asInt()).isEqualTo(2);
    assertThat(json.path("seed").asLong()).isEqualTo(7);
    assertThat(json.path("steps").asLong()).isEqualTo(1500);
    assertThat(json.path("seconds").asDouble()).isEqualTo(98.7);
    assertThat(json.path("tokens-per-second").asDouble()).isEqualTo(54_321);
    assertThat(json.path("metrics").path("accuracy").asDouble()).isEqualTo(0.75);
  }

  @Test
  void theComparisonMarksTheBestOfEachColumn() throws IOException {
    Comparison comparison =
        new Comparison(
            "copy",
            Metric.ACCURACY,
            List.of(
                new Comparison.Entry(
                    ReportFixture.result("linear", 0.5), ReportFixture.measurements(300, 0.002, 1)),
                new Comparison.Entry(
                    ReportFixture.result("momentum", 0.75),
                    ReportFixture.measurements(300, 0.004, 1))));
    comparison.write(folder);
    assertThat(Files.readString(folder.resolve("report.html")))
        .contains("<td class=\"best\">0.7500</td>")
        .doesNotContain("<td class=\"best\">0.5000</td>");
    JsonNode json = new Json().parse(Files.readString(folder.resolve("comparison.json")));
    assertThat(json.path("runs")).hasSize(2);
    assertThat(json.path("runs").path(1).path("accuracy").asDouble()).isEqualTo(0.75);
    assertThat(folder.resolve("curves.png")).isNotEmptyFile();
    assertThat(comparison.text().lines()).hasSize(3);
  }

  @Test
  void theSampleGridShowsEveryPixelEnlarged() {
    byte[] white = new byte[4];
    Arrays.fill(white, (byte) 0xff);
    BufferedImage grid =
        new SampleGrid(2, List.of(new byte[] {0, 10, 20, 30}, white, white)).draw();
    assertThat(grid.getWidth()).isEqualTo(30);
    assertThat(grid.getHeight()).isEqualTo(30);
    assertThat(grid.getRGB(6, 6) & 0xffffff).isEqualTo(0);
    assertThat(grid.getRGB(9, 6) & 0xffffff).isEqualTo(0x0a0a0a);
    assertThat(grid.getRGB(6, 9) & 0xffffff).isEqualTo(0x141414);
    assertThat(grid.getRGB(11, 11) & 0xffffff).isEqualTo(0x1e1e1e);
    assertThat(grid.getRGB(18, 6) & 0xffffff).isEqualTo(0xffffff);
    assertThatThrownBy(() -> new SampleGrid(2, List.of(new byte[3])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void manySamplesAreShownAsTheyAre() {
    List<byte[]> images = new ArrayList<>(Collections.nCopies(1024, new byte[4]));
    assertThat(new SampleGrid(2, images).draw().getWidth()).isEqualTo(32 * (2 * 3 + 6) + 6);
    images.add(new byte[] {0, 0, 0, 30});
    BufferedImage grid = new SampleGrid(2, images).draw();
    assertThat(grid.getWidth()).isEqualTo(33 * (2 + 2) + 2);
    assertThat(grid.getHeight()).isEqualTo(32 * (2 + 2) + 2);
    // Image 1024 is the first of its row, and the row the last.
    int left = 2 + 1024 % 33 * 4;
    assertThat(grid.getRGB(left + 1, 2 + 31 * 4 + 1) & 0xffffff).isEqualTo(0x1e1e1e);
  }

  private Path curves() {
    Path file = folder.resolve("curves.png");
    new LearningCurves(
            "copy",
            Metric.ACCURACY,
            List.of(new Curve("momentum", ReportFixture.measurements(300, 0.004, 1))))
        .write(file);
    return file;
  }
}
