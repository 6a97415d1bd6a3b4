package org.polyak.tasks.report;

/**
 * One line of {@code metrics.jsonl}.
 *
 * @param step optimiser steps done
 * @param seconds of training, without evaluations, since the start of the run
 * @param kind on which data
 * @param loss mean loss in nats
 * @param metric the task's metric
 * @param learningRate of the last step
 * @param tokensPerSecond of training since the last line; 0 for an evaluation
 */
public record Measurement(
    long step,
    double seconds,
    Kind kind,
    double loss,
    double metric,
    double learningRate,
    double tokensPerSecond) {
  /** On which data something was measured. */
  public enum Kind {
    /** Batches that were trained on, before their update. */
    TRAINING("training"),
    /** Data that are never trained on. */
    EVALUATION("evaluation");

    private final String key;

    Kind(String key) {
      this.key = key;
    }

    /** The name in files. */
    public String key() {
      return key;
    }
  }
}
