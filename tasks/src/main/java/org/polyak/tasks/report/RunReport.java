package org.polyak.tasks.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.polyak.spi.BackendInfo;
import org.polyak.tasks.io.OutputFiles;

/**
 * {@code report.html}: the page about one run.
 *
 * @param result the outcome
 * @param curves the PNG with the learning curves
 * @param samples what the model generated
 * @param configuration the complete settings, as HOCON
 */
public record RunReport(
    RunResult result, Path curves, List<Samples> samples, String configuration) {
  /** Copies the list. */
  public RunReport {
    samples = List.copyOf(samples);
  }

  /** Writes the page. */
  public void write(Path file) {
    OutputFiles.write(file, html());
  }

  String html() {
    Html html =
        new Html("%s: %s".formatted(result.task(), result.variant()))
            .lead(
                "Preset %s, %s steps, seed %d, on %s."
                    .formatted(
                        result.preset(),
                        Html.number(result.steps()),
                        result.seed(),
                        result.backend().device()))
            .cards(headline())
            .heading("Learning curves")
            .picture(curves, "Loss and metric against steps and against seconds");
    for (Samples sample : samples) {
      switch (sample) {
        case Samples.Texts texts -> {
          html.heading("Samples");
          texts.texts().forEach(html::sample);
        }
        case Samples.Images images ->
            html.heading("Samples").pixels(images.grid().png(), images.description());
      }
    }
    return html.heading("Run").facts(facts()).heading("Configuration").code(configuration).page();
  }

  private List<Html.Fact> headline() {
    List<Html.Fact> cards = new ArrayList<>();
    for (Map.Entry<String, Double> metric : result.metrics().entrySet()) {
      cards.add(new Html.Fact(metric.getKey(), Html.number(metric.getValue())));
    }
    cards.add(new Html.Fact("seconds of training", Html.number(result.seconds())));
    cards.add(new Html.Fact("tokens per second", Html.number(result.tokensPerSecond())));
    cards.add(new Html.Fact("parameters", Html.number(result.parameters())));
    return cards;
  }

  private List<Html.Fact> facts() {
    BackendInfo backend = result.backend();
    List<Html.Fact> facts = new ArrayList<>();
    facts.add(
        new Html.Fact("backend", "%s (%s)".formatted(backend.backend(), result.backendOrigin())));
    facts.add(new Html.Fact("device", backend.device()));
    facts.add(new Html.Fact("driver", backend.driver()));
    facts.add(new Html.Fact("precision", backend.precision()));
    facts.add(new Html.Fact("threads", String.valueOf(backend.threads())));
    backend.details().forEach((name, value) -> facts.add(new Html.Fact(name, value)));
    facts.add(new Html.Fact("Polyak", result.version()));
    return facts;
  }
}
