package org.polyak.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jfree.data.category.DefaultCategoryDataset;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.result.Contender;
import org.polyak.bench.result.Point;
import org.polyak.bench.result.RunRecord;
import org.polyak.bench.result.Spread;

/** Two runs side by side: how many times as fast the second is. */
final class ComparisonReport {
  private ComparisonReport() {}

  /** Whether both runs measured the same load. */
  static boolean haveCommonLoads(RunRecord first, RunRecord second) {
    Map<Key, Point> others = measured(second);
    return measured(first).keySet().stream().anyMatch(others::containsKey);
  }

  static Document of(RunRecord first, RunRecord second) {
    Map<Key, Point> firsts = measured(first);
    Map<Key, Point> seconds = measured(second);
    List<List<String>> rows = new ArrayList<>();
    DefaultCategoryDataset data = new DefaultCategoryDataset();
    List<Double> ratios = new ArrayList<>();
    for (Point point : first.points()) {
      Key key = Key.of(point);
      Point other = seconds.get(key);
      if (!point.succeeded() || other == null) {
        continue;
      }
      Spread ratio = point.time().over(other.time());
      ratios.add(ratio.median());
      data.addValue(ratio.median(), "times as fast", key.toString());
      rows.add(
          List.of(
              key.toString(),
              Figures.seconds(point.time().median()),
              Figures.seconds(other.time().median()),
              Figures.ratio(ratio)));
    }
    Document.Builder document =
        new Document.Builder("%s against %s".formatted(name(second), name(first)));
    document.paragraph(
        "RUN1 is %s; RUN2 is %s. Ratios are the median time of RUN1 over that of RUN2: above 1, RUN2 is faster. In parentheses the smallest and the largest ratio that the quartiles of both allow. Geometric mean of the ratios: %s."
            .formatted(describe(first), describe(second), Figures.geometricMean(ratios)));
    document.picture("compare.png", "Ratios of medians", Chart.bars("RUN1 / RUN2", data));
    document.heading("Figures").table(List.of("load", "RUN1", "RUN2", "ratio"), rows);
    differences(document, first, second);
    List<String> alone = new ArrayList<>();
    firsts.keySet().stream()
        .filter(load -> !seconds.containsKey(load))
        .forEach(load -> alone.add(load + " (RUN1)"));
    seconds.keySet().stream()
        .filter(load -> !firsts.containsKey(load))
        .forEach(load -> alone.add(load + " (RUN2)"));
    if (!alone.isEmpty()) {
      document.paragraph("Measured in one run only: %s.".formatted(String.join(", ", alone)));
    }
    return document.build();
  }

  private static void differences(Document.Builder document, RunRecord first, RunRecord second) {
    List<List<String>> rows = new ArrayList<>();
    facts()
        .forEach((name, fact) -> {
          String one = fact.apply(first);
          String two = fact.apply(second);
          if (!one.equals(two)) {
            rows.add(List.of(name, one, two));
          }
        });
    if (!rows.isEmpty()) {
      document.heading("What differs").table(List.of("", "RUN1", "RUN2"), rows);
    }
  }

  private static Map<String, Function<RunRecord, String>> facts() {
    Map<String, Function<RunRecord, String>> facts = new LinkedHashMap<>();
    facts.put("Backend", run -> run.backend().id());
    facts.put("Device", run -> run.backend().device());
    facts.put("Driver", run -> run.backend().driver());
    facts.put("Precision", run -> run.backend().precision());
    facts.put("Threads", run -> String.valueOf(run.backend().threads()));
    facts.put("Options", run -> run.backend().options().toString());
    facts.put("System", run -> run.machine().system());
    facts.put("Processors", run -> String.valueOf(run.machine().processors()));
    facts.put("Java", run -> run.machine().virtualMachine());
    facts.put("Java flags", run -> String.join(" ", run.jvmArguments()));
    facts.put("Settings", run -> run.settings().toString());
    facts.put("Commit", RunRecord::commit);
    return facts;
  }

  /**
   * What is compared: a load, by our backends whatever they are, or by the same peer.
   *
   * @param load which
   * @param peer its id; empty for ours
   */
  private record Key(LoadId load, String peer) {
    static Key of(Point point) {
      return new Key(point.load(), point.by().kind() == Contender.Kind.PEER ? point.by().id() : "");
    }

    @Override
    public String toString() {
      return peer.isEmpty() ? load.toString() : "%s by %s".formatted(load, peer);
    }
  }

  private static Map<Key, Point> measured(RunRecord run) {
    return run.points().stream()
        .filter(Point::succeeded)
        .collect(
            Collectors.toMap(
                Key::of, Function.identity(), (one, other) -> other, LinkedHashMap::new));
  }

  private static String name(RunRecord run) {
    return "%s on %s".formatted(run.suite(), run.backend().id());
  }

  private static String describe(RunRecord run) {
    return "%s, %s, %s, commit %s"
        .formatted(name(run), run.backend().device(), run.start(), run.commit());
  }
}
