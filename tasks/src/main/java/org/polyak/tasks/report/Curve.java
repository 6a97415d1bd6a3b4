package org.polyak.tasks.report;

import java.util.List;

/**
 * What one run measured.
 *
 * @param name in the legend
 * @param measurements in the order of their steps
 */
public record Curve(String name, List<Measurement> measurements) {
  /** Copies the list. */
  public Curve {
    measurements = List.copyOf(measurements);
  }

  /** The measurements of one kind whose loss and metric are numbers. */
  List<Measurement> of(Measurement.Kind kind) {
    return measurements.stream()
        .filter(m -> m.kind() == kind && Double.isFinite(m.loss()) && Double.isFinite(m.metric()))
        .toList();
  }
}
