package org.polyak.bench.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.polyak.bench.result.Point;
import org.polyak.bench.result.RunRecord;

/**
 * The time of an image against its length: with a state, with a cache, and by computing everything
 * anew for each pixel. The last is not run but added up.
 */
final class GenerationSection {
  private static final String PIXEL = "recomputed-pixel";

  /** Seconds of one image by its length, for each variant. */
  private final Map<String, NavigableMap<Integer, Double>> images = new LinkedHashMap<>();

  /** Seconds of one recomputed pixel by its place, for each variant. */
  private final Map<String, NavigableMap<Integer, Double>> pixels = new LinkedHashMap<>();

  private final String model;

  private GenerationSection(String model) {
    this.model = model;
  }

  /** Adds a picture and a table for each model of which single images were made. */
  static void add(Document.Builder document, RunRecord run) {
    Map<String, GenerationSection> models = new LinkedHashMap<>();
    for (Point point : run.points()) {
      Image image = Image.of(point);
      if (point.succeeded() && image.batch() == 1) {
        models.computeIfAbsent(image.model(), GenerationSection::new).take(point, image.length());
      }
    }
    models.values().forEach(section -> section.write(document));
  }

  private void take(Point point, int length) {
    Map<String, NavigableMap<Integer, Double>> times =
        point.load().benchmark().equals(PIXEL) ? pixels : images;
    times
        .computeIfAbsent(point.series(), name -> new TreeMap<>())
        .put(length, point.time().median());
  }

  /**
   * The time of images whose every pixel takes what was measured at its place: between two places,
   * and from 0 to the first, the time of a pixel is taken to grow in proportion. The first part is
   * less than it really takes.
   *
   * @param pixels seconds of one pixel, by its place
   */
  static NavigableMap<Integer, Double> sums(NavigableMap<Integer, Double> pixels) {
    NavigableMap<Integer, Double> images = new TreeMap<>();
    double sum = 0;
    int place = 0;
    double seconds = 0;
    for (Map.Entry<Integer, Double> next : pixels.entrySet()) {
      sum += (next.getKey() - place) * (seconds + next.getValue()) / 2;
      place = next.getKey();
      seconds = next.getValue();
      images.put(place, sum);
    }
    return images;
  }

  private void write(Document.Builder document) {
    Map<String, NavigableMap<Integer, Double>> ways = new LinkedHashMap<>(images);
    pixels.forEach((variant, times) -> ways.put(variant + ", recomputed", sums(times)));
    XYSeriesCollection data = new XYSeriesCollection();
    ways.forEach((name, times) -> {
      XYSeries series = new XYSeries(name);
      times.forEach(series::add);
      data.addSeries(series);
    });
    document
        .heading("One image of " + model)
        .picture(
            "image-%s.png".formatted(model),
            "Time of an image against its length",
            Chart.lines("pixels of the image", "seconds", data, Map.of()));
    List<String> header = new ArrayList<>(List.of("pixels"));
    header.addAll(ways.keySet());
    document.table(header, rows(ways.values()));
    document.paragraph(
        "In parentheses: how many times as long as the fastest. Softmax has a cache of keys and values; recomputed, it has none, and each pixel runs the model over all before it: that time is added up from single pixels at the lengths shown, and is a little too small.");
  }

  private static List<List<String>> rows(Collection<NavigableMap<Integer, Double>> ways) {
    List<List<String>> rows = new ArrayList<>();
    for (int length :
        ways.stream().flatMap(times -> times.keySet().stream()).distinct().sorted().toList()) {
      double fastest =
          ways.stream()
              .mapToDouble(times -> times.getOrDefault(length, Double.POSITIVE_INFINITY))
              .min()
              .orElseThrow();
      List<String> cells = new ArrayList<>(List.of(String.valueOf(length)));
      for (NavigableMap<Integer, Double> times : ways) {
        Double seconds = times.get(length);
        cells.add(
            seconds == null
                ? "–"
                : "%s (%s)".formatted(Figures.seconds(seconds), Figures.number(seconds / fastest)));
      }
      rows.add(cells);
    }
    return rows;
  }

  /** The shape {@code MODEL:BxN}. */
  private record Image(String model, int batch, int length) {
    static Image of(Point point) {
      String shape = point.load().shape();
      int colon = shape.indexOf(':');
      String[] extents = shape.substring(colon + 1).split("x", -1);
      return new Image(
          shape.substring(0, colon), Integer.parseInt(extents[0]), Integer.parseInt(extents[1]));
    }
  }
}
