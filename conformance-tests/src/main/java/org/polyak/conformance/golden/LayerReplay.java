package org.polyak.conformance.golden;

import java.util.ArrayList;
import java.util.List;
import org.polyak.conformance.Differentiated;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.CrossEntropy;
import org.polyak.conformance.oracle.LogisticMixture;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.SinusoidalPositions;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.Activation;

/** Group 10: layers and losses. */
final class LayerReplay {
  private LayerReplay() {}

  static void layerNorm(BackendReplay replay) {
    GoldenFile file = replay.file();
    List<Array> inputs =
        new ArrayList<>(List.of(file.tensor("in.x"), file.tensor("weight.weight")));
    boolean biased = file.hasTensor("weight.bias");
    if (biased) {
      inputs.add(file.tensor("weight.bias"));
    }
    Differentiated found =
        Differentiated.of(
            replay.context(),
            inputs,
            List.of(file.tensor("in.cotangent")),
            (ops, in) ->
                List.of(
                    ops.layerNorm(
                        in.get(0), in.get(1), biased ? in.get(2) : null, file.number("eps"))));
    replay.compare("out.y", found.result());
    replay.compareGradients(found, "grad.x", "grad.weight.weight");
    if (biased) {
      replay.compare("grad.weight.bias", found.gradients().get(2));
    }
  }

  static void activation(BackendReplay replay) {
    GoldenFile file = replay.file();
    Differentiated found =
        Differentiated.of(
            replay.context(),
            List.of(file.tensor("in.x")),
            List.of(file.tensor("in.cotangent")),
            (ops, in) -> List.of(apply(ops, file.option("function"), in.getFirst())));
    replay.compare("out.y", found.result());
    replay.compareGradients(found, "grad.x");
  }

  private static Variable apply(Ops ops, String function, Variable x) {
    return switch (function) {
      case "gelu_erf" -> ops.activation(Activation.GELU, x);
      case "silu" -> ops.activation(Activation.SILU, x);
      case "relu" -> ops.activation(Activation.RELU, x);
      case "elu1" -> ops.unary(UnaryOp.ELU_PLUS_ONE, x);
      case "softplus" -> ops.unary(UnaryOp.SOFTPLUS, x);
      case "sigmoid" -> ops.unary(UnaryOp.SIGMOID, x);
      case "tanh" -> ops.unary(UnaryOp.TANH, x);
      default -> throw new IllegalStateException("There is no replay for '" + function + "'.");
    };
  }

  static void crossEntropy(BackendReplay replay) {
    GoldenFile file = replay.file();
    Array logits = file.tensor("in.logits");
    int classes = logits.extent(2);
    int[] targets = file.integers("in.targets");
    boolean mean = file.option("reduction").equals("mean");
    double weight = mean ? 1.0 / CrossEntropy.counted(targets) : 1;
    Differentiated found =
        Differentiated.of(
            replay.context(),
            List.of(logits),
            List.of(Array.filled(1)),
            (ops, in) -> {
              Variable rows = ops.reshape(in.getFirst(), targets.length, classes);
              Variable losses =
                  ops.crossEntropy(
                      rows, ops.indices(targets, targets.length), file.number("label_smoothing"));
              return List.of(ops.scale(ops.sumAll(losses), weight));
            });
    replay.compare("out.loss", found.result());
    replay.compareGradients(found, "grad.logits");
  }

  static void embedding(BackendReplay replay) {
    GoldenFile file = replay.file();
    int[] tokens = file.integers("in.tokens");
    Array cotangent = file.tensor("in.cotangent");
    Differentiated found =
        Differentiated.of(
            replay.context(),
            List.of(file.tensor("weight.weight")),
            List.of(cotangent.reshape(tokens.length, cotangent.extent(-1))),
            (ops, in) ->
                List.of(ops.gatherRows(in.getFirst(), ops.indices(tokens, tokens.length))));
    replay.compare("out.y", found.result());
    replay.compareGradients(found, "grad.weight.weight");
  }

  static void linear(BackendReplay replay) {
    GoldenFile file = replay.file();
    Differentiated found =
        Differentiated.of(
            replay.context(),
            List.of(file.tensor("in.x"), file.tensor("weight.weight"), file.tensor("weight.bias")),
            List.of(file.tensor("in.cotangent")),
            (ops, in) -> List.of(ops.linear(in.get(0), in.get(1), in.get(2))));
    replay.compare("out.y", found.result());
    replay.compareGradients(found, "grad.x", "grad.weight.weight", "grad.weight.bias");
  }

  static void positions(BackendReplay replay) {
    GoldenFile file = replay.file();
    int length = (int) file.number("length");
    Ops ops = Ops.inference(replay.context().engine(), replay.context().scope());
    SinusoidalPositions positions = new SinusoidalPositions(ops, length, (int) file.number("dim"));
    replay.compare("out.pe", ops.toFloats(positions.range(ops, 0, length)));
  }

  /** The file has parameters [B, 3K, T]. */
  static void logisticMixture(BackendReplay replay) {
    GoldenFile file = replay.file();
    Array parameters = file.tensor("in.params").transpose(0, 2, 1);
    int[] pixels = file.integers("in.pixels");
    float[] targets = new float[pixels.length];
    for (int r = 0; r < targets.length; r++) {
      targets[r] = (float) LogisticMixture.centred(pixels[r]);
    }
    boolean mean = file.option("reduction").equals("mean");
    Array cotangent = mean ? Array.filled(1) : file.tensor("in.cotangent").reshape(pixels.length);
    Differentiated found =
        Differentiated.of(
            replay.context(),
            List.of(parameters),
            List.of(cotangent),
            (ops, in) -> {
              Variable rows = ops.reshape(in.getFirst(), pixels.length, parameters.extent(2));
              Variable losses = ops.logisticMixture(rows, ops.constant(targets, pixels.length));
              return List.of(mean ? ops.meanAll(losses) : losses);
            });
    replay.compare("out.loss", found.result());
    replay.compare(
        "grad.params", found.gradients().getFirst(), file.tensor("grad.params").transpose(0, 2, 1));
  }
}
