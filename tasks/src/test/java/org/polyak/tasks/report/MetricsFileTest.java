package org.polyak.tasks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.tasks.UserException;

final class MetricsFileTest {
  private static final List<Measurement> MEASUREMENTS = ReportFixture.measurements(200, 0.004, 1);

  @TempDir Path folder;

  @Test
  void readsWhatWasWritten() {
    Path file = write();
    assertThat(MetricsFile.read(file, Metric.ACCURACY)).isEqualTo(MEASUREMENTS);
  }

  @Test
  void dropsLinesAfterTheStepThatARunGoesOnFrom() {
    Path file = write();
    MetricsFile.open(file, Metric.ACCURACY, 100).close();
    assertThat(MetricsFile.read(file, Metric.ACCURACY))
        .isEqualTo(MEASUREMENTS.stream().filter(m -> m.step() <= 100).toList());
  }

  @Test
  void forgivesALastLineThatWasCutOff() throws IOException {
    Path file = write();
    Files.writeString(file, "{\"step\":300,\"sec", StandardOpenOption.APPEND);
    assertThat(MetricsFile.read(file, Metric.ACCURACY)).isEqualTo(MEASUREMENTS);
  }

  @Test
  void namesABrokenLine() throws IOException {
    Path file = Files.writeString(folder.resolve("m.jsonl"), "{\"step\":\n{\"step\":2}\n");
    assertThatThrownBy(() -> MetricsFile.read(file, Metric.ACCURACY))
        .isInstanceOf(UserException.Data.class)
        .hasMessageContaining("Line 1");
  }

  @Test
  void aLossThatIsNotANumberBecomesNull() throws IOException {
    Path file = folder.resolve("m.jsonl");
    try (MetricsFile metrics = MetricsFile.open(file, Metric.BITS_PER_DIM, 0)) {
      metrics.append(new Measurement(1, 2, Measurement.Kind.TRAINING, Double.NaN, 3, 0.5, 10));
    }
    assertThat(file)
        .hasContent(
            "{\"step\":1,\"seconds\":2.0,\"kind\":\"training\",\"loss\":null,"
                + "\"bits-per-dim\":3.0,\"learning-rate\":0.5,\"tokens-per-second\":10.0}");
    assertThat(MetricsFile.read(file, Metric.BITS_PER_DIM).getFirst().loss()).isNaN();
  }

  private Path write() {
    Path file = folder.resolve("metrics.jsonl");
    try (MetricsFile metrics = MetricsFile.open(file, Metric.ACCURACY, 0)) {
      MEASUREMENTS.forEach(metrics::append);
    }
    return file;
  }
}
