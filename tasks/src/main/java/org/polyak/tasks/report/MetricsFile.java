package org.polyak.tasks.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.polyak.tasks.UserException;
import org.polyak.tasks.io.AppendedLines;
import org.polyak.tasks.io.OutputFiles;

/**
 * {@code metrics.jsonl}: one JSON object a line, written as the run goes. Keys: {@code step},
 * {@code seconds}, {@code kind}, {@code loss}, the metric under its own name, {@code
 * learning-rate}, {@code tokens-per-second}; a value that is not a number is null. Not thread-safe.
 */
public final class MetricsFile implements AutoCloseable {
  private final Json json = new Json();
  private final Metric metric;
  private final AppendedLines lines;

  private MetricsFile(Metric metric, AppendedLines lines) {
    this.metric = metric;
    this.lines = lines;
  }

  /**
   * Opens the file to go on after a step. Lines of later steps, which an interrupted run may have
   * left, are removed.
   *
   * @param file created when missing
   * @param metric the metric's name
   * @param step the last step whose lines stay
   */
  public static MetricsFile open(Path file, Metric metric, long step) {
    List<Measurement> kept =
        Files.exists(file)
            ? read(file, metric).stream().filter(m -> m.step() <= step).toList()
            : List.of();
    Json json = new Json();
    OutputFiles.write(
        file,
        kept.stream()
            .map(measurement -> line(json, metric, measurement) + "\n")
            .collect(Collectors.joining()));
    return new MetricsFile(metric, AppendedLines.open(file));
  }

  /** Appends a line. */
  public void append(Measurement measurement) {
    lines.append(line(json, metric, measurement));
  }

  @Override
  public void close() {
    lines.close();
  }

  /** All complete lines; a last line that was cut off is left out. */
  public static List<Measurement> read(Path file, Metric metric) {
    Json json = new Json();
    List<Measurement> measurements = new ArrayList<>();
    try {
      List<String> text = Files.readAllLines(file);
      for (int i = 0; i < text.size(); i++) {
        try {
          measurements.add(measurement(json.parse(text.get(i)), metric));
        } catch (JsonProcessingException e) {
          if (i < text.size() - 1) {
            throw new UserException.Data(
                "Line %d of %s is no JSON. Repair or remove it.".formatted(i + 1, file), e);
          }
        }
      }
      return measurements;
    } catch (IOException e) {
      throw new UserException.Data("Cannot read %s: %s.".formatted(file, e.getMessage()), e);
    }
  }

  private static String line(Json json, Metric metric, Measurement measurement) {
    ObjectNode node = json.object();
    node.put("step", measurement.step());
    Json.put(node, "seconds", measurement.seconds());
    node.put("kind", measurement.kind().key());
    Json.put(node, "loss", measurement.loss());
    Json.put(node, metric.key(), measurement.metric());
    Json.put(node, "learning-rate", measurement.learningRate());
    Json.put(node, "tokens-per-second", measurement.tokensPerSecond());
    return json.line(node);
  }

  private static Measurement measurement(JsonNode node, Metric metric) {
    Measurement.Kind kind =
        node.path("kind").asText().equals(Measurement.Kind.EVALUATION.key())
            ? Measurement.Kind.EVALUATION
            : Measurement.Kind.TRAINING;
    return new Measurement(
        node.path("step").asLong(),
        number(node, "seconds"),
        kind,
        number(node, "loss"),
        number(node, metric.key()),
        number(node, "learning-rate"),
        number(node, "tokens-per-second"));
  }

  private static double number(JsonNode node, String key) {
    return node.path(key).asDouble(Double.NaN);
  }
}
