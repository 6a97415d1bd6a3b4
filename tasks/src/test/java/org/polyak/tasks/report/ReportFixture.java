package org.polyak.tasks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.polyak.spi.BackendInfo;

/** Runs that look like real ones. */
final class ReportFixture {
  private ReportFixture() {}

  static List<Measurement> measurements(int steps, double rate, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Measurement> measurements = new ArrayList<>();
    for (int step = 10; step <= steps; step += 10) {
      double loss = 0.002 + 2.3 * Math.exp(-rate * step) * (0.85 + 0.3 * random.nextDouble());
      double seconds = step / (90 + 10.0 * seed);
      double accuracy = 1 - loss / 2.6;
      measurements.add(
          new Measurement(step, seconds, Measurement.Kind.TRAINING, loss, accuracy, 1e-3, 50_000));
      if (step % 100 == 0) {
        measurements.add(
            new Measurement(step, seconds, Measurement.Kind.EVALUATION, loss, accuracy, 1e-3, 0));
      }
    }
    return measurements;
  }

  static RunResult result(String variant, double accuracy) {
    SequencedMap<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("accuracy", accuracy);
    metrics.put("loss", 1 - accuracy);
    return new RunResult(
        "copy",
        "quick",
        variant,
        new BackendInfo(
            "cpu-simd", "Test <CPU> & co", "JDK 25", "f32", 2, Map.of("vector", "512 bit")),
        "from --backend",
        "1.2.3",
        7,
        1500,
        123_456,
        98.7,
        54_321,
        metrics);
  }
}
