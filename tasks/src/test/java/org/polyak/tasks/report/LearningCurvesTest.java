package org.polyak.tasks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LearningCurvesTest {
  @TempDir Path folder;

  @Test
  void drawsEveryRunInItsOwnColour() throws Exception {
    Path file = folder.resolve("curves.png");
    new LearningCurves(
            "The variants on the task copy",
            Metric.ACCURACY,
            List.of(
                curve("softmax", 0.006, 1),
                curve("linear", 0.002, 2),
                curve("momentum", 0.003, 3),
                curve("momentum-connection", 0.0034, 4),
                curve("adaptive", 0.0038, 5)))
        .write(file);
    BufferedImage image = ImageIO.read(file.toFile());
    for (int i = 0; i < 5; i++) {
      assertThat(count(image, Palette.color(i))).as("colour %d", i).isGreaterThan(500);
    }
    assertThat(count(image, Palette.color(5))).isZero();
  }

  @Test
  void drawsARunWithoutAnyMeasurement() {
    BufferedImage image =
        new LearningCurves("Nothing", Metric.BITS_PER_BYTE, List.of(new Curve("empty", List.of())))
            .draw();
    assertThat(count(image, Color.WHITE)).isGreaterThan(image.getWidth() * image.getHeight() / 2);
  }

  @Test
  void leavesOutWhatIsNotANumber() {
    Measurement bad =
        new Measurement(10, 1, Measurement.Kind.TRAINING, Double.NaN, Double.NaN, 1e-3, 1);
    assertThat(new Curve("x", List.of(bad)).of(Measurement.Kind.TRAINING)).isEmpty();
  }

  @Test
  void axisNumbersAreShort() {
    ShortNumbers numbers = new ShortNumbers();
    assertThat(numbers.format(0.001)).isEqualTo("0.001");
    assertThat(numbers.format(0.30000000000000004)).isEqualTo("0.3");
    assertThat(numbers.format(1500)).isEqualTo("1500");
    assertThat(numbers.format(12_500)).isEqualTo("12.5k");
    assertThat(numbers.format(1_500_000)).isEqualTo("1.5M");
    assertThat(numbers.format(0)).isEqualTo("0");
  }

  private static Curve curve(String name, double rate, long seed) {
    return new Curve(name, ReportFixture.measurements(1500, rate, seed));
  }

  private static int count(BufferedImage image, Color color) {
    int count = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        if (image.getRGB(x, y) == color.getRGB()) {
          count++;
        }
      }
    }
    return count;
  }
}
