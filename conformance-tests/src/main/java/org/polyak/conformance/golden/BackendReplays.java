package org.polyak.conformance.golden;

import static org.polyak.conformance.golden.Replay.only;

import java.util.function.Consumer;

/** The operations of golden files that {@code nn} has. */
final class BackendReplays {
  private BackendReplays() {}

  static Replay find(GoldenFile file) {
    return switch (file.operation()) {
      case "softmax_attention" -> replay(AttentionReplay::softmax);
      case "linear_attention",
          "linear_attention_recurrent",
          "momentum_attention",
          "momentum_attention_authors_parallel",
          "momentum_attention_authors_recurrent" ->
          replay(
              AttentionReplay::family,
              only(file, "feature_map", "elu+1"),
              only(file, "padding_convention", "decay", "freeze"));
      case "momentum_connection" -> replay(ConnectionReplay::equation15);
      case "momentum_connection_authors" -> replay(ConnectionReplay::velocity);
      case "adaptive_momentum" ->
          replay(
              ConnectionReplay::adaptive,
              only(file, "norm_mode", "token", "sample"),
              only(file, "order", "project_then_square", "square_then_project"));
      case "optimizer" ->
          replay(
              OptimizerReplay::trajectory,
              Conventions.optimizer(file),
              only(file, "amsgrad", "false"));
      case "optimizer_radam_authors" ->
          replay(OptimizerReplay::trajectory, only(file, "degenerated_to_sgd", "true"));
      case "layer_norm" -> replay(LayerReplay::layerNorm);
      case "activation" ->
          replay(
              LayerReplay::activation,
              only(
                  file,
                  "function",
                  "gelu_erf",
                  "silu",
                  "relu",
                  "elu1",
                  "softplus",
                  "sigmoid",
                  "tanh"));
      case "cross_entropy" -> replay(LayerReplay::crossEntropy, Conventions.crossEntropy(file));
      case "embedding" -> replay(LayerReplay::embedding);
      case "linear" -> replay(LayerReplay::linear);
      case "sinusoidal_positions" -> replay(LayerReplay::positions, only(file, "base", "10000.0"));
      case "discretized_mixture_logistics_1ch" ->
          replay(LayerReplay::logisticMixture, Conventions.logisticMixture(file));
      case "transformer_encoder", "authors_momentum_encoder", "authors_adaptive_encoder" ->
          replay(EncoderReplay::encoder, Conventions.encoder(file));
      default -> Replay.unknownOperation(file, "nn");
    };
  }

  private static Replay replay(Consumer<BackendReplay> body, String... objections) {
    return Replay.of(
        (context, file) -> {
          BackendReplay replay = new BackendReplay(context, file);
          body.accept(replay);
          replay.finish();
        },
        objections);
  }
}
