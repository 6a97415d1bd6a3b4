package org.polyak.conformance.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.ConformanceCase;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Level;

/**
 * Golden vectors as cases: every file of the groups that concern operations of this version,
 * through {@code nn} on the backend. The cases depend on the directory and so are no part of the
 * catalogue.
 */
public final class GoldenCases {
  /** The groups that are replayed: attention, connections, optimisers, layers, encoders. */
  private static final List<String> GROUPS =
      List.of("01", "02", "03", "04", "09", "10", "11", "12");

  /** What this version has no operation for, and why. */
  private static final Map<String, String> NOT_REPLAYED =
      Map.ofEntries(
          Map.entry("04_adaptive_eq18_batch_", "norms over the whole batch are no variant"),
          Map.entry("09_optim_muon", "Muon comes later"),
          Map.entry("09_optim_adam_amsgrad", "AMSGrad is no variant"),
          Map.entry("10_causalconv", "causal convolution comes later"),
          Map.entry("10_dmol3", "the three-channel loss is no variant"),
          Map.entry("10_rmsnorm", "RMS normalisation comes later"),
          Map.entry("10_gelu_tanh", "the approximate GELU is no activation"),
          Map.entry("10_logsigmoid", "the logarithm of the sigmoid is no activation"));

  @FunctionalInterface
  private interface Body {
    void run(GoldenReplay replay);
  }

  private GoldenCases() {}

  /** The cases for the files of a directory, one for each file, ordered by name. */
  public static List<ConformanceCase> cases(GoldenDirectory directory) {
    List<ConformanceCase> cases = new ArrayList<>();
    for (Path path : files(directory)) {
      GoldenFile file = read(path);
      cases.add(
          new ConformanceCase(
              "GOLD-" + file.name(),
              Chapter.GOLDEN,
              Level.MUST,
              file.operation(),
              new Definition(file.operation(), file.text("source")),
              context -> {
                GoldenReplay replay = new GoldenReplay(context, read(path));
                body(replay.file()).run(replay);
                replay.finish();
              }));
    }
    return List.copyOf(cases);
  }

  private static List<Path> files(GoldenDirectory directory) {
    return GROUPS.stream()
        .flatMap(group -> directory.files(group).stream())
        .filter(path ->
            NOT_REPLAYED.keySet().stream().noneMatch(path.getFileName().toString()::startsWith))
        .toList();
  }

  private static Body body(GoldenFile file) {
    return switch (file.operation()) {
      case "softmax_attention" -> AttentionReplay::softmax;
      case "linear_attention",
          "linear_attention_recurrent",
          "momentum_attention",
          "momentum_attention_authors_parallel",
          "momentum_attention_authors_recurrent" ->
          AttentionReplay::family;
      case "momentum_connection" -> ConnectionReplay::equation15;
      case "momentum_connection_authors" -> ConnectionReplay::velocity;
      case "adaptive_momentum" -> ConnectionReplay::adaptive;
      case "optimizer", "optimizer_radam_authors" -> OptimizerReplay::trajectory;
      case "layer_norm" -> LayerReplay::layerNorm;
      case "activation" -> LayerReplay::activation;
      case "cross_entropy" -> LayerReplay::crossEntropy;
      case "embedding" -> LayerReplay::embedding;
      case "linear" -> LayerReplay::linear;
      case "sinusoidal_positions" -> LayerReplay::positions;
      case "discretized_mixture_logistics_1ch" -> LayerReplay::logisticMixture;
      case "transformer_encoder", "authors_momentum_encoder", "authors_adaptive_encoder" ->
          EncoderReplay::encoder;
      default ->
          throw new IllegalStateException(
              "Golden case %s: there is no replay for operation '%s'."
                  .formatted(file.name(), file.operation()));
    };
  }

  private static GoldenFile read(Path path) {
    try {
      return GoldenFile.read(path);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read golden file " + path + ".", e);
    }
  }
}
