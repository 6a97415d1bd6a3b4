package org.polyak.conformance.golden;

import org.jspecify.annotations.Nullable;
import org.polyak.conformance.oracle.Activation;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.CrossEntropy;
import org.polyak.conformance.oracle.Embeddings;
import org.polyak.conformance.oracle.Linear;
import org.polyak.conformance.oracle.LogisticMixture;
import org.polyak.conformance.oracle.Normalisation;

/** Group 10: layers and losses. */
final class LayerChecks {
  /**
   * PyTorch's softplus is the identity above 20, which is off by up to e⁻²⁰, and its derivative by
   * as much. It enters ln p of a component twice; so ln p is off by 2e⁻²⁰, a responsibility, a
   * ratio of such terms, relatively by 4e⁻²⁰, and the derivative of ln p, which is about 1, by
   * 2e⁻²⁰ more. Only the sharp case goes above 20. (In 50 digits its golden gradient is off by
   * 2.6e-9, the oracle's by 2e-14.)
   */
  private static final double REFERENCE_SOFTPLUS_ERROR = 6 * Math.exp(-20);

  private LayerChecks() {}

  static void check(GoldenFile file, GoldenComparison comparison) {
    switch (file.operation()) {
      case "layer_norm" -> normalisation(Normalisation.Kind.LAYER, file, comparison);
      case "rms_norm" -> normalisation(Normalisation.Kind.ROOT_MEAN_SQUARE, file, comparison);
      case "activation" -> activation(file, comparison);
      case "cross_entropy" -> crossEntropy(file, comparison);
      case "embedding" -> embedding(file, comparison);
      case "linear" -> linear(file, comparison);
      case "sinusoidal_positions" ->
          comparison.tensor(
              "out.pe",
              Embeddings.sinusoidalPositions(
                  (int) file.number("length"), (int) file.number("dim"), file.number("base")));
      case "discretized_mixture_logistics_1ch" -> logisticMixture(file, comparison);
      default -> throw new IllegalArgumentException("No check for " + file.operation() + ".");
    }
  }

  private static void normalisation(
      Normalisation.Kind kind, GoldenFile file, GoldenComparison comparison) {
    Array x = file.tensor("in.x");
    Array gain = file.tensor("weight.weight");
    @Nullable Array bias = file.hasTensor("weight.bias") ? file.tensor("weight.bias") : null;
    double epsilon = file.number("eps");
    comparison.tensor("out.y", Normalisation.forward(kind, x, gain, bias, epsilon));
    Normalisation.Gradients gradients =
        Normalisation.backward(kind, x, gain, epsilon, file.tensor("in.cotangent"));
    comparison.tensor("grad.x", gradients.x());
    comparison.tensor("grad.weight.weight", gradients.gain());
    if (bias != null) {
      comparison.tensor("grad.weight.bias", gradients.bias());
    }
  }

  private static void activation(GoldenFile file, GoldenComparison comparison) {
    Activation activation =
        switch (file.option("function")) {
          case "gelu_erf" -> Activation.GELU;
          case "gelu_tanh" -> Activation.GELU_TANH;
          case "elu1" -> Activation.ELU_PLUS_ONE;
          case "silu" -> Activation.SILU;
          case "softplus" -> Activation.SOFTPLUS;
          case "sigmoid" -> Activation.SIGMOID;
          case "tanh" -> Activation.TANH;
          case "logsigmoid" -> Activation.LOG_SIGMOID;
          case "relu" -> Activation.RELU;
          default -> throw new IllegalArgumentException(file.option("function"));
        };
    Array x = file.tensor("in.x");
    comparison.tensor("out.y", activation.forward(x));
    comparison.tensor("grad.x", activation.backward(x, file.tensor("in.cotangent")));
  }

  private static void crossEntropy(GoldenFile file, GoldenComparison comparison) {
    Array logits = rows(file.tensor("in.logits"));
    int[] targets = file.integers("in.targets");
    double smoothing = file.number("label_smoothing");
    Array losses = CrossEntropy.forward(logits, targets, smoothing);
    boolean mean = file.option("reduction").equals("mean");
    comparison.scalar("out.loss", mean ? CrossEntropy.mean(losses, targets) : losses.sum());
    double weight = mean ? 1.0 / CrossEntropy.counted(targets) : 1;
    comparison.tensor(
        "grad.logits",
        CrossEntropy.backward(logits, targets, smoothing, Array.filled(weight, targets.length)));
  }

  private static void embedding(GoldenFile file, GoldenComparison comparison) {
    Array table = file.tensor("weight.weight");
    int[] tokens = file.integers("in.tokens");
    comparison.tensor("out.y", Embeddings.lookUp(table, tokens));
    comparison.tensor(
        "grad.weight.weight",
        Embeddings.lookUpBackward(table, tokens, rows(file.tensor("in.cotangent"))));
  }

  private static void linear(GoldenFile file, GoldenComparison comparison) {
    Array x = file.tensor("in.x");
    Array weight = file.tensor("weight.weight");
    comparison.tensor("out.y", Linear.forward(x, weight, file.tensor("weight.bias")));
    Linear.Gradients gradients = Linear.backward(x, weight, file.tensor("in.cotangent"));
    comparison.tensor("grad.x", gradients.x());
    comparison.tensor("grad.weight.weight", gradients.weight());
    comparison.tensor("grad.weight.bias", gradients.bias());
  }

  private static void logisticMixture(GoldenFile file, GoldenComparison comparison) {
    Array channelsFirst = file.tensor("in.params");
    int batch = channelsFirst.extent(0);
    int channels = channelsFirst.extent(1);
    int tokens = channelsFirst.extent(2);
    Array parameters = rows(channelsFirst.transpose(0, 2, 1));
    int[] pixels = file.integers("in.pixels");
    double[] targets = new double[pixels.length];
    for (int r = 0; r < pixels.length; r++) {
      targets[r] = LogisticMixture.centred(pixels[r]);
    }
    Array losses = LogisticMixture.forward(parameters, targets);
    boolean mean = file.option("reduction").equals("mean");
    comparison.tensor(
        "out.loss", mean ? Array.of(new double[] {losses.sum() / losses.size()}) : losses);
    Array weights =
        mean
            ? Array.filled(1.0 / losses.size(), losses.size())
            : file.tensor("in.cotangent").reshape(losses.size());
    comparison.tensor(
        "grad.params",
        LogisticMixture.backward(parameters, targets, weights)
            .reshape(batch, tokens, channels)
            .transpose(0, 2, 1),
        file.name().equals("10_dmol1_sharp") ? REFERENCE_SOFTPLUS_ERROR : 0);
  }

  private static Array rows(Array x) {
    return x.reshape(x.size() / x.extent(-1), x.extent(-1));
  }
}
