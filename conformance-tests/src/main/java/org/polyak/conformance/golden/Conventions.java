package org.polyak.conformance.golden;

import java.util.stream.Stream;

/**
 * What parameters must say for the replays, on a backend and on the oracle, to be what they name.
 */
final class Conventions {
  private Conventions() {}

  /** Plain, heavy-ball and Nesterov descent, Adam and AdamW, and rectified Adam. */
  static String optimizer(GoldenFile file) {
    String kind = file.hasParameter("optimizer") ? file.option("optimizer") : "not stated";
    boolean known = Stream.of("sgd", "adam", "radam").anyMatch(kind::startsWith);
    return known
        ? first(Replay.only(file, "loop", "open", "closed"), Replay.only(file, "maximize", "false"))
        : "optimizer = " + kind + " is not among sgd, adam, radam";
  }

  /** Targets are ignored where they are negative. */
  static String crossEntropy(GoldenFile file) {
    return first(
        Replay.only(file, "reduction", "mean", "sum"), Replay.only(file, "ignore_index", "-100"));
  }

  /** Bytes of pixels, and scales of at least e⁻⁷. */
  static String logisticMixture(GoldenFile file) {
    return first(
        Replay.only(file, "reduction", "mean", "none"),
        Replay.only(file, "num_classes", "256"),
        Replay.only(file, "log_scale_min", "-7.0"));
  }

  /** Post-norm blocks with attention as in the file's name of it. */
  static String encoder(GoldenFile file) {
    return first(
        Replay.only(
            file, "attention", "full", "linear", "causal-linear", "linear (elu+1, eps 1e-6)"),
        Replay.only(file, "activation", "gelu", "relu"),
        Replay.only(file, "eps", "1.0E-6"));
  }

  private static String first(String... objections) {
    return Stream.of(objections).filter(objection -> !objection.isEmpty()).findFirst().orElse("");
  }
}
