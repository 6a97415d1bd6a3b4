package org.polyak.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.polyak.bench.load.Suite;
import org.polyak.bench.result.Point;
import org.polyak.bench.result.RunRecord;
import org.polyak.bench.result.ScalingLaw;

/** The report of one run. */
final class RunReport {
  private static final String LENGTH = "tokens in the sequence";

  private final RunRecord run;
  private final Document.Builder document;

  private RunReport(RunRecord run) {
    this.run = run;
    document = new Document.Builder("%s on %s".formatted(run.suite(), run.backend().id()));
  }

  static Document of(RunRecord run) {
    RunReport report = new RunReport(run);
    report.write();
    return report.document.build();
  }

  private void write() {
    document.paragraph(
        "%s, %s, %s. %d of %d loads were measured, after %d conformance cases had passed."
            .formatted(
                run.backend().device(),
                run.backend().precision(),
                run.start(),
                measured().size(),
                run.points().size(),
                run.gate().cases()));
    if (run.suite().equals(Suite.SCALING.id())) {
      scaling();
    } else {
      rates();
    }
    if (run.suite().equals(Suite.GENERATION.id())) {
      GenerationSection.add(document, run);
    }
    PeerSection.add(document, run);
    document.heading("Figures").table(header(), run.points().stream().map(this::row).toList());
    document.paragraph(
        "Times are medians of all samples; half of the samples lie within the spread, a share of the median. Memory is what the device held at most, inputs included; heap is what Java allocated in one run of the load, without what other libraries allocate beside it.");
    if (!run.notes().isEmpty()) {
      document.heading("Notes");
      run.notes().forEach(document::paragraph);
    }
    document.heading("The run").table(List.of("", ""), facts());
  }

  private List<Point> measured() {
    return run.points().stream().filter(Point::succeeded).toList();
  }

  /** A picture for each unit. */
  private void rates() {
    for (String unit :
        measured().stream().map(point -> point.amount().unit()).distinct().toList()) {
      DefaultCategoryDataset data = new DefaultCategoryDataset();
      measured().stream()
          .filter(point -> point.amount().unit().equals(unit))
          .forEach(point ->
              data.addValue(
                  point.rate(),
                  point.series(),
                  "%s %s".formatted(point.load().benchmark(), point.load().shape())));
      String file = "rates-%s.png".formatted(unit.replaceAll("\\W", "-"));
      document.picture(file, "Speed in " + unit, Chart.bars(unit, data));
    }
  }

  private void scaling() {
    List<ScalingLaw> times = ScalingLaw.of(run, point -> point.time().median());
    List<ScalingLaw> memory = ScalingLaw.of(run, Point::peakBytes);
    Map<String, Double> crossings = crossings(times);
    document.picture(
        "time.png", "Time against length", Chart.lines(LENGTH, "seconds", data(times), crossings));
    document.picture(
        "memory.png",
        "Memory against length",
        Chart.lines(LENGTH, "bytes", data(memory), Map.of()));
    document
        .heading("Growth")
        .table(
            List.of("variant", "exponent of time", "exponent of memory", "longest"),
            times.stream().map(law -> growth(law, memory)).toList());
    document.paragraph(
        "An exponent p says that doubling the length takes 2 to the power p times as much; it is fitted to lengths from %d on, or to the longer half where these are fewer than three."
            .formatted(ScalingLaw.LEAST_FITTED));
    if (crossings.isEmpty()) {
      document.paragraph("No line of time crosses another.");
      return;
    }
    document
        .heading("Crossings")
        .table(
            List.of("from here on", "tokens"),
            crossings.entrySet().stream()
                .map(crossing ->
                    List.of(crossing.getKey(), String.valueOf(Math.round(crossing.getValue()))))
                .toList());
  }

  private static XYSeriesCollection data(List<ScalingLaw> laws) {
    XYSeriesCollection data = new XYSeriesCollection();
    for (ScalingLaw law : laws) {
      String exponent = law.exponent().map(p -> ", exponent " + Figures.number(p)).orElse("");
      XYSeries series = new XYSeries(law.variant() + exponent);
      law.places().stream()
          .filter(place -> place.value() > 0)
          .forEach(place -> series.add(place.length(), place.value()));
      data.addSeries(series);
    }
    return data;
  }

  private static List<String> growth(ScalingLaw time, List<ScalingLaw> memory) {
    Optional<Double> bytes =
        memory.stream()
            .filter(law -> law.variant().equals(time.variant()))
            .findFirst()
            .flatMap(ScalingLaw::exponent);
    return List.of(
        time.variant(),
        time.exponent().map(Figures::number).orElse("–"),
        bytes.map(Figures::number).orElse("–"),
        time.places().isEmpty() ? "–" : String.valueOf(time.places().getLast().length()));
  }

  private static Map<String, Double> crossings(List<ScalingLaw> laws) {
    Map<String, Double> crossings = new LinkedHashMap<>();
    for (ScalingLaw law : laws) {
      for (ScalingLaw other : laws) {
        law.crossing(other)
            .ifPresent(length ->
                crossings.put(
                    "%s faster than %s".formatted(law.variant(), other.variant()), length));
      }
    }
    return crossings;
  }

  private static List<String> header() {
    return List.of(
        "benchmark", "variant", "shape", "by", "time", "spread", "speed", "GB/s", "memory", "heap");
  }

  private List<String> row(Point point) {
    List<String> cells =
        new ArrayList<>(
            List.of(
                point.load().benchmark(),
                point.load().variant().isEmpty() ? "–" : point.load().variant(),
                point.load().shape(),
                point.by().id()));
    if (point.succeeded()) {
      double median = point.time().median();
      double bandwidth = point.amount().gigabytesPerSecond(median);
      cells.add(Figures.seconds(median));
      cells.add(Figures.percent(point.time().relativeWidth()));
      cells.add("%s %s".formatted(Figures.number(point.rate()), point.amount().unit()));
      cells.add(bandwidth > 0 ? Figures.number(bandwidth) : "–");
      cells.add(point.peakBytes() > 0 ? Figures.bytes((double) point.peakBytes()) : "–");
      cells.add(Figures.bytes(point.heapBytes()));
    } else {
      cells.add("not measured: " + point.failure());
      cells.addAll(List.of("", "", "", "", ""));
    }
    return cells;
  }

  private List<List<String>> facts() {
    List<List<String>> facts = new ArrayList<>();
    RunRecord.Device device = run.backend();
    facts.add(List.of("Backend", "%s (%s)".formatted(device.id(), device.origin())));
    facts.add(List.of("Device", device.device()));
    facts.add(List.of("Driver", device.driver()));
    facts.add(List.of("Precision", device.precision()));
    if (device.threads() > 0) {
      facts.add(List.of("Threads", String.valueOf(device.threads())));
    }
    facts.add(List.of("Options", text(device.options())));
    facts.add(List.of("Details", text(device.details())));
    for (RunRecord.Library peer : run.peers()) {
      facts.add(
          List.of(
              peer.contender().version(),
              peer.description().isEmpty() ? "never ran" : peer.description()));
    }
    facts.add(List.of("System", run.machine().system()));
    facts.add(List.of("Processors", String.valueOf(run.machine().processors())));
    facts.add(List.of("Java", run.machine().java() + "; " + run.machine().virtualMachine()));
    facts.add(List.of("Java flags", String.join(" ", run.jvmArguments())));
    facts.add(List.of("Polyak", "%s, commit %s".formatted(run.program(), run.commit())));
    facts.add(List.of("Settings", text(run.settings())));
    facts.add(List.of("Gate", String.join(", ", run.gate().prefixes())));
    facts.add(List.of("Start", run.start()));
    facts.add(List.of("Duration", Figures.seconds(run.seconds())));
    facts.add(List.of("Command", run.command()));
    return facts;
  }

  private static String text(Map<String, String> values) {
    return values.isEmpty()
        ? "none"
        : values.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(", "));
  }
}
