package org.polyak.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.IntSummaryStatistics;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.junit.jupiter.api.Test;

/** Pictures, looked at pixel by pixel. */
class ChartTest {
  /** Beside the last length there is no room to the right. */
  @Test
  void aMarkHasItsWholeTextWhereverItIs() throws IOException {
    assertThat(widthOfMark(900)).isCloseTo(widthOfMark(2), within(4));
  }

  /** Columns from the first to the last that a mark changes. */
  private static int widthOfMark(double place) throws IOException {
    BufferedImage plain = lines(Map.of());
    BufferedImage marked = lines(Map.of("one is faster than the other", place));
    IntSummaryStatistics changed =
        IntStream.range(0, plain.getWidth())
            .filter(x ->
                IntStream.range(0, plain.getHeight())
                    .anyMatch(y -> plain.getRGB(x, y) != marked.getRGB(x, y)))
            .summaryStatistics();
    return changed.getMax() - changed.getMin();
  }

  private static BufferedImage lines(Map<String, Double> marks) throws IOException {
    XYSeries series = new XYSeries("one");
    series.add(1, 1);
    series.add(1024, 1);
    byte[] png = Chart.lines("tokens", "seconds", new XYSeriesCollection(series), marks);
    return ImageIO.read(new ByteArrayInputStream(png));
  }
}
