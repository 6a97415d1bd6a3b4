package org.polyak.tasks.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.SequencedMap;
import org.polyak.spi.BackendInfo;

/**
 * The outcome of a run, for {@code result.json} and the pages.
 *
 * @param task the task
 * @param preset what the settings started from
 * @param variant the attention variant
 * @param backend the device that computed
 * @param backendOrigin who chose the backend
 * @param version of this program
 * @param seed of the run
 * @param steps optimiser steps done
 * @param parameters trained numbers in the model
 * @param seconds of training, without evaluations
 * @param tokensPerSecond of training
 * @param metrics final values by name, in the order in which to show them
 */
public record RunResult(
    String task,
    String preset,
    String variant,
    BackendInfo backend,
    String backendOrigin,
    String version,
    long seed,
    long steps,
    long parameters,
    double seconds,
    double tokensPerSecond,
    SequencedMap<String, Double> metrics) {
  /** As indented JSON. */
  public String toJson() {
    Json json = new Json();
    ObjectNode node = json.object();
    node.put("task", task);
    node.put("preset", preset);
    node.put("variant", variant);
    node.put("backend", backend.backend());
    node.put("backend-origin", backendOrigin);
    node.put("device", backend.device());
    node.put("driver", backend.driver());
    node.put("precision", backend.precision());
    node.put("threads", backend.threads());
    node.put("version", version);
    node.put("seed", seed);
    node.put("steps", steps);
    node.put("parameters", parameters);
    Json.put(node, "seconds", seconds);
    Json.put(node, "tokens-per-second", tokensPerSecond);
    ObjectNode values = node.putObject("metrics");
    for (Map.Entry<String, Double> metric : metrics.entrySet()) {
      Json.put(values, metric.getKey(), metric.getValue());
    }
    return json.pretty(node);
  }
}
