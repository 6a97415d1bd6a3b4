package org.polyak.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jfree.data.category.DefaultCategoryDataset;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.result.Contender;
import org.polyak.bench.result.Point;
import org.polyak.bench.result.RunRecord;
import org.polyak.bench.result.Spread;

/** Ours against each peer of a run: how many times as long the peer takes. */
final class PeerSection {
  private static final List<String> HEADER =
      List.of("load", "ours", "theirs", "theirs / ours", "outputs differ by");

  private final RunRecord run;
  private final Map<LoadId, Point> ours = new LinkedHashMap<>();

  private PeerSection(RunRecord run) {
    this.run = run;
    run.points().stream()
        .filter(point -> point.by().kind() == Contender.Kind.BACKEND)
        .forEach(point -> ours.put(point.load(), point));
  }

  /** Adds what a run with peers has to say about them; nothing for a run without. */
  static void add(Document.Builder document, RunRecord run) {
    if (!run.peers().isEmpty()) {
      new PeerSection(run).write(document);
    }
  }

  private void write(Document.Builder document) {
    document.heading("Against other libraries");
    document.paragraph(
        "A ratio is the median time of the library over ours: above 1, ours is faster. In parentheses the smallest and the largest ratio that the quartiles of both allow. The two were measured in turn, with as many threads; before, the library's outputs were compared with ours, by the norm of the difference as a share of the norm.");
    DefaultCategoryDataset ratios = new DefaultCategoryDataset();
    for (RunRecord.Library peer : run.peers()) {
      for (Point point : pointsOf(peer.contender())) {
        ratio(point)
            .ifPresent(ratio ->
                ratios.addValue(ratio.median(), peer.contender().id(), point.load().toString()));
      }
    }
    if (ratios.getRowCount() > 0) {
      document.picture(
          "peers.png",
          "Times of other libraries over ours",
          Chart.bars("theirs / ours (above 1: ours is faster)", ratios));
    }
    run.peers().forEach(peer -> table(document, peer));
  }

  private void table(Document.Builder document, RunRecord.Library peer) {
    List<Point> points = pointsOf(peer.contender());
    document.heading("Against " + peer.contender().version());
    if (points.isEmpty()) {
      document.paragraph("It has none of these loads.");
      return;
    }
    document.table(HEADER, points.stream().map(this::row).toList());
    String means = means(points);
    if (!means.isEmpty()) {
      document.paragraph("Geometric means of the ratios: %s.".formatted(means));
    }
  }

  private List<Point> pointsOf(Contender peer) {
    return run.points().stream().filter(point -> point.by().equals(peer)).toList();
  }

  private Optional<Spread> ratio(Point theirs) {
    Point our = ours.get(theirs.load());
    return our != null && our.succeeded() && theirs.succeeded()
        ? Optional.of(theirs.time().over(our.time()))
        : Optional.empty();
  }

  private List<String> row(Point theirs) {
    Point our = ours.get(theirs.load());
    String mine =
        our != null && our.succeeded() ? Figures.seconds(our.time().median()) : "not measured";
    if (!theirs.succeeded()) {
      return List.of(theirs.load().toString(), mine, "not measured: " + theirs.failure(), "–", "–");
    }
    return List.of(
        theirs.load().toString(),
        mine,
        Figures.seconds(theirs.time().median()),
        ratio(theirs).map(Figures::ratio).orElse("–"),
        theirs.difference() == 0 ? "0" : String.format(Locale.ROOT, "%.1e", theirs.difference()));
  }

  /** Of each benchmark. */
  private String means(List<Point> points) {
    Map<String, List<Double>> ratios = new LinkedHashMap<>();
    for (Point point : points) {
      ratio(point)
          .ifPresent(ratio ->
              ratios
                  .computeIfAbsent(point.load().benchmark(), name -> new ArrayList<>())
                  .add(ratio.median()));
    }
    return ratios.entrySet().stream()
        .map(entry -> "%s %s".formatted(entry.getKey(), Figures.geometricMean(entry.getValue())))
        .collect(Collectors.joining(", "));
  }
}
