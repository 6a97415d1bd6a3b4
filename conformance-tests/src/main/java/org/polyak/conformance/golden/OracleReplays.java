package org.polyak.conformance.golden;

import static org.polyak.conformance.golden.Replay.only;

import java.util.function.BiConsumer;

/** The operations of golden files that the oracle has. */
final class OracleReplays {
  private OracleReplays() {}

  static Replay find(GoldenFile file) {
    return switch (file.operation()) {
      case "softmax_attention" -> replay(OracleAttention::softmax);
      case "linear_attention", "linear_attention_recurrent" ->
          replay(OracleAttention::linear, only(file, "feature_map", "elu+1"));
      case "momentum_attention",
          "momentum_attention_authors_parallel",
          "momentum_attention_authors_recurrent" ->
          replay(
              OracleAttention::momentum,
              only(file, "feature_map", "elu+1"),
              only(file, "padding_convention", "decay", "freeze"));
      case "momentum_connection" -> replay(OracleConnections::equation15);
      case "momentum_connection_authors" -> replay(OracleConnections::velocity);
      case "adaptive_momentum" ->
          replay(
              OracleConnections::adaptive,
              only(file, "norm_mode", "token", "sample", "batch"),
              only(file, "order", "project_then_square", "square_then_project"));
      case "heavy_ball_quadratic" -> replay(OracleOptimisation::heavyBall);
      case "optimizer" -> replay(OracleOptimisation::optimiser, Conventions.optimizer(file));
      case "optimizer_radam_authors" ->
          replay(OracleOptimisation::optimiser, only(file, "degenerated_to_sgd", "true"));
      case "layer_norm" -> replay(OracleLayers::layerNorm);
      case "rms_norm" -> replay(OracleLayers::rmsNorm);
      case "activation" ->
          replay(
              OracleLayers::activation,
              only(
                  file,
                  "function",
                  "gelu_erf",
                  "gelu_tanh",
                  "silu",
                  "relu",
                  "elu1",
                  "softplus",
                  "sigmoid",
                  "tanh",
                  "logsigmoid"));
      case "cross_entropy" -> replay(OracleLayers::crossEntropy, Conventions.crossEntropy(file));
      case "embedding" -> replay(OracleLayers::embedding);
      case "linear" -> replay(OracleLayers::linear);
      case "sinusoidal_positions" -> replay(OracleLayers::positions);
      case "discretized_mixture_logistics_1ch" ->
          replay(OracleLayers::logisticMixture, Conventions.logisticMixture(file));
      case "transformer_encoder", "authors_momentum_encoder", "authors_adaptive_encoder" ->
          replay(OracleEncoders::encoder, Conventions.encoder(file));
      default -> Replay.unknownOperation(file, "the oracle");
    };
  }

  private static Replay replay(BiConsumer<GoldenFile, OracleReplay> body, String... objections) {
    return Replay.of(
        (context, file) -> {
          OracleReplay replay = new OracleReplay(context, file);
          body.accept(file, replay);
          replay.finish();
        },
        objections);
  }
}
