package org.polyak.tasks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.polyak.tasks.report.Measurement;
import org.polyak.tasks.report.Metric;

final class ProgressPrinterTest {
  private final StringWriter printed = new StringWriter();
  private Instant now = Instant.EPOCH;

  @Test
  void drawsABarWithRateAndTimeLeftOnATerminal() {
    run(printer(true));
    assertThat(printed.toString())
        .contains("\r")
        .contains("[" + "#".repeat(14) + ".".repeat(14) + "] 50/100")
        .contains("1,234 tokens/s  1:40 left")
        .contains("100/100");
  }

  @Test
  void printsPlainLinesElsewhere() {
    run(printer(false));
    assertThat(printed.toString()).doesNotContain("\r").doesNotContain("\u001b");
    assertThat(printed.toString().lines()).hasSize(10);
  }

  @Test
  void tellsEvaluations() {
    printer(false)
        .measured(
            Metric.ACCURACY,
            new Measurement(50, 1, Measurement.Kind.EVALUATION, 0.25, 0.9, 1e-3, 0),
            100);
    assertThat(printed.toString())
        .isEqualTo("step 50 of 100: test accuracy 0.9000, loss 0.2500" + System.lineSeparator());
  }

  @Test
  void writesTimesAsPeopleDo() {
    assertThat(ProgressPrinter.time(7)).isEqualTo("0:07");
    assertThat(ProgressPrinter.time(750)).isEqualTo("12:30");
    assertThat(ProgressPrinter.time(11_100)).isEqualTo("3:05:00");
  }

  private void run(ProgressPrinter printer) {
    for (int step = 1; step <= 100; step++) {
      printer.stepped(step, 100, 0.5, 1234);
      now = now.plusSeconds(2);
    }
  }

  private ProgressPrinter printer(boolean interactive) {
    Terminal terminal =
        new Terminal(
            new PrintWriter(Writer.nullWriter()), new PrintWriter(printed, true), interactive);
    return new ProgressPrinter(
        new Surroundings(
            terminal, new Properties(), Map.of(), Path.of(""), Path.of(""), () -> now));
  }
}
