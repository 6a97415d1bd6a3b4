package org.polyak.tasks.config;

import java.util.Map;
import java.util.TreeMap;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.optim.GradientClipping;
import org.polyak.nn.optim.LearningRateSchedule;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.fused.OptimizerRule;

/**
 * Everything that decides what a run computes.
 *
 * @param preset the preset that the settings started from
 * @param variant the name of the attention variant
 * @param backend what computes
 * @param seed of parameters, data, dropout and sampling
 * @param dataDir where data sets are looked for first; empty for the default only
 * @param task what is learned
 * @param model the transformer's shape
 * @param attention the attention of every block
 * @param connection the residual connection around attention
 * @param optimizer the update rule
 * @param clipping what is done to large gradients
 * @param schedule the learning rate over time
 * @param train the training loop
 * @param generate what is sampled
 */
public record RunConfig(
    String preset,
    String variant,
    BackendConfig backend,
    long seed,
    String dataDir,
    TaskConfig task,
    ModelConfig model,
    AttentionConfig attention,
    ConnectionConfig connection,
    OptimizerRule optimizer,
    GradientClipping clipping,
    LearningRateSchedule schedule,
    TrainConfig train,
    GenerateConfig generate) {
  /**
   * What computes.
   *
   * @param id of the backend, or {@code auto}
   * @param origin where the choice came from, for messages
   * @param precision how products are computed
   * @param threads worker threads; 0 for all cores
   * @param more further options that the backend documents
   */
  public record BackendConfig(
      String id, String origin, String precision, int threads, Map<String, String> more) {
    /** Copies the map. */
    public BackendConfig {
      more = Map.copyOf(more);
    }

    /** What the backend is opened with. */
    public BackendOptions options() {
      Map<String, String> options = new TreeMap<>(more);
      options.put("precision", precision);
      if (threads > 0) {
        options.put("threads", Integer.toString(threads));
      }
      return BackendOptions.of(options);
    }
  }

  /**
   * The training loop.
   *
   * @param steps optimiser steps
   * @param batchSize sequences per step
   * @param logEvery steps between lines of metrics
   * @param evaluateEvery steps between evaluations
   * @param evaluateBatches batches per evaluation; 0 for a whole finite set
   * @param checkpointEvery steps between checkpoints
   */
  public record TrainConfig(
      int steps,
      int batchSize,
      int logEvery,
      int evaluateEvery,
      int evaluateBatches,
      int checkpointEvery) {}

  /**
   * What is sampled from a trained model.
   *
   * @param count how many samples
   * @param temperature 0 for the most likely value each time
   */
  public record GenerateConfig(int count, double temperature) {}
}
