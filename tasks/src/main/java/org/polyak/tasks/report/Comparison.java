package org.polyak.tasks.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.polyak.tasks.io.OutputFiles;

/**
 * Several variants trained on the same data, seed and number of steps: one picture, one page, one
 * JSON file.
 *
 * @param task the task
 * @param metric of the task
 * @param entries one for each variant, in the order of the table
 */
public record Comparison(String task, Metric metric, List<Entry> entries) {
  /**
   * One variant's run.
   *
   * @param result the outcome
   * @param measurements on the way
   */
  public record Entry(RunResult result, List<Measurement> measurements) {
    /** Copies the list. */
    public Entry {
      measurements = List.copyOf(measurements);
    }

    private double bestMetric(Metric metric) {
      double best = Double.NaN;
      for (Measurement measurement : measurements) {
        if (measurement.kind() == Measurement.Kind.EVALUATION
            && (Double.isNaN(best) || metric.better(measurement.metric(), best))) {
          best = measurement.metric();
        }
      }
      return best;
    }

    private double finalMetric(Metric metric) {
      return result.metrics().getOrDefault(metric.key(), Double.NaN);
    }

    private double finalLoss() {
      return result.metrics().getOrDefault("loss", Double.NaN);
    }
  }

  /** Copies the list. */
  public Comparison {
    entries = List.copyOf(entries);
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("A comparison needs at least one run.");
    }
  }

  /** Writes {@code curves.png}, {@code comparison.json} and {@code report.html}. */
  public void write(Path folder) {
    Path picture = folder.resolve("curves.png");
    new LearningCurves(
            title(),
            metric,
            entries.stream()
                .map(entry -> new Curve(entry.result().variant(), entry.measurements()))
                .toList())
        .write(picture);
    OutputFiles.write(folder.resolve("comparison.json"), json());
    OutputFiles.write(folder.resolve("report.html"), html(picture));
  }

  /** The table as plain text, for a terminal. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%-22s %12s %12s %12s %12s %10s%n"
            .formatted("variant", "parameters", "loss", metric.key(), "tokens/s", "seconds"));
    for (Entry entry : entries) {
      RunResult result = entry.result();
      text.append(
          "%-22s %12s %12s %12s %12s %10s%n"
              .formatted(
                  result.variant(),
                  Html.number(result.parameters()),
                  Html.number(entry.finalLoss()),
                  Html.number(entry.finalMetric(metric)),
                  Html.number(result.tokensPerSecond()),
                  Html.number(result.seconds())));
    }
    return text.toString();
  }

  private String title() {
    return "The variants on the task " + task;
  }

  String json() {
    Json json = new Json();
    ObjectNode node = json.object();
    node.put("task", task);
    node.put("metric", metric.key());
    ArrayNode runs = node.putArray("runs");
    for (Entry entry : entries) {
      ObjectNode run = runs.addObject();
      run.put("variant", entry.result().variant());
      run.put("parameters", entry.result().parameters());
      Json.put(run, "loss", entry.finalLoss());
      Json.put(run, metric.key(), entry.finalMetric(metric));
      Json.put(run, "best-" + metric.key(), entry.bestMetric(metric));
      Json.put(run, "seconds", entry.result().seconds());
      Json.put(run, "tokens-per-second", entry.result().tokensPerSecond());
    }
    return json.pretty(node);
  }

  String html(Path picture) {
    RunResult first = entries.getFirst().result();
    return new Html(title())
        .lead(
            "The same data, seed %d and %s steps for each; preset %s, on %s."
                .formatted(
                    first.seed(),
                    Html.number(first.steps()),
                    first.preset(),
                    first.backend().device()))
        .picture(picture, "Loss and metric of each variant against steps and against seconds")
        .heading("Results")
        .table(header(), rows())
        .page();
  }

  private List<String> header() {
    return List.of(
        "variant", "parameters", "loss", metric.label(), "best on the way", "tokens/s", "seconds");
  }

  private List<List<Html.Cell>> rows() {
    List<List<Html.Cell>> rows = new ArrayList<>();
    double loss = best(Entry::finalLoss, false);
    double value = best(entry -> entry.finalMetric(metric), metric.higherIsBetter());
    double bestValue = best(entry -> entry.bestMetric(metric), metric.higherIsBetter());
    double speed = best(entry -> entry.result().tokensPerSecond(), true);
    double seconds = best(entry -> entry.result().seconds(), false);
    for (Entry entry : entries) {
      rows.add(
          List.of(
              Html.Cell.of(entry.result().variant()),
              Html.Cell.of(Html.number(entry.result().parameters())),
              cell(entry.finalLoss(), loss),
              cell(entry.finalMetric(metric), value),
              cell(entry.bestMetric(metric), bestValue),
              cell(entry.result().tokensPerSecond(), speed),
              cell(entry.result().seconds(), seconds)));
    }
    return rows;
  }

  private Html.Cell cell(double value, double best) {
    return new Html.Cell(Html.number(value), entries.size() > 1 && value == best);
  }

  private double best(ToDoubleFunction<Entry> column, boolean highest) {
    return entries.stream()
        .mapToDouble(column)
        .filter(Double::isFinite)
        .reduce(highest ? Math::max : Math::min)
        .orElse(Double.NaN);
  }
}
