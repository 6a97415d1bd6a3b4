package org.polyak.tasks.config;

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
 * @param optimizer the optimiser
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
    OptimizerConfig optimizer,
    ScheduleConfig schedule,
    TrainConfig train,
    GenerateConfig generate) {
  /**
   * What computes.
   *
   * @param id of the backend, or {@code auto}
   * @param origin where the choice came from, for messages
   * @param precision how products are computed
   * @param threads worker threads; 0 for all cores
   */
  public record BackendConfig(String id, String origin, String precision, int threads) {}

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
