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
final class OracleLayers {
  /**
   * PyTorch's softplus is the identity above 20, which is off by up to e⁻²⁰, and its derivative by
   * as much. It enters ln p of a component twice; so ln p is off by 2e⁻²⁰, a responsibility, a
   * ratio of such terms, relatively by 4e⁻²⁰, and the derivative of ln p, which is about 1, by
   * 2e⁻²⁰ more. (Where the golden set goes above 20, its gradient is off by 2.6e-9 of the one in 50
   * digits, the oracle's by 2e-14.)
   */
  private static final double REFERENCE_SOFTPLUS_ERROR = 6 * Math.exp(-20);

  private OracleLayers() {}

  static void layerNorm(GoldenFile file, OracleReplay replay) {
    normalisation(Normalisation.Kind.LAYER, file, replay);
  }

  static void rmsNorm(GoldenFile file, OracleReplay replay) {
    normalisation(Normalisation.Kind.ROOT_MEAN_SQUARE, file, replay);
  }

  static void positions(GoldenFile file, OracleReplay replay) {
    replay.tensor(
        "out.pe",
        Embeddings.sinusoidalPositions(
            (int) file.number("length"), (int) file.number("dim"), file.number("base")));
  }

  private static void normalisation(Normalisation.Kind kind, GoldenFile file, OracleReplay replay) {
    Array x = file.tensor("in.x");
    Array gain = file.tensor("weight.weight");
    @Nullable Array bias = file.hasTensor("weight.bias") ? file.tensor("weight.bias") : null;
    double epsilon = file.number("eps");
    replay.tensor("out.y", Normalisation.forward(kind, x, gain, bias, epsilon));
    Normalisation.Gradients gradients =
        Normalisation.backward(kind, x, gain, epsilon, file.tensor("in.cotangent"));
    replay.tensor("grad.x", gradients.x());
    replay.tensor("grad.weight.weight", gradients.gain());
    if (bias != null) {
      replay.tensor("grad.weight.bias", gradients.bias());
    }
  }

  static void activation(GoldenFile file, OracleReplay replay) {
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
    replay.tensor("out.y", activation.forward(x));
    replay.tensor("grad.x", activation.backward(x, file.tensor("in.cotangent")));
  }

  static void crossEntropy(GoldenFile file, OracleReplay replay) {
    Array logits = rows(file.tensor("in.logits"));
    int[] targets = file.integers("in.targets");
    double smoothing = file.number("label_smoothing");
    Array losses = CrossEntropy.forward(logits, targets, smoothing);
    boolean mean = file.option("reduction").equals("mean");
    replay.scalar("out.loss", mean ? CrossEntropy.mean(losses, targets) : losses.sum());
    double weight = mean ? 1.0 / CrossEntropy.counted(targets) : 1;
    replay.tensor(
        "grad.logits",
        CrossEntropy.backward(logits, targets, smoothing, Array.filled(weight, targets.length)));
  }

  static void embedding(GoldenFile file, OracleReplay replay) {
    Array table = file.tensor("weight.weight");
    int[] tokens = file.integers("in.tokens");
    replay.tensor("out.y", Embeddings.lookUp(table, tokens));
    replay.tensor(
        "grad.weight.weight",
        Embeddings.lookUpBackward(table, tokens, rows(file.tensor("in.cotangent"))));
  }

  static void linear(GoldenFile file, OracleReplay replay) {
    Array x = file.tensor("in.x");
    Array weight = file.tensor("weight.weight");
    replay.tensor("out.y", Linear.forward(x, weight, file.tensor("weight.bias")));
    Linear.Gradients gradients = Linear.backward(x, weight, file.tensor("in.cotangent"));
    replay.tensor("grad.x", gradients.x());
    replay.tensor("grad.weight.weight", gradients.weight());
    replay.tensor("grad.weight.bias", gradients.bias());
  }

  static void logisticMixture(GoldenFile file, OracleReplay replay) {
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
    replay.tensor(
        "out.loss", mean ? Array.of(new double[] {losses.sum() / losses.size()}) : losses);
    Array weights =
        mean
            ? Array.filled(1.0 / losses.size(), losses.size())
            : file.tensor("in.cotangent").reshape(losses.size());
    replay.tensor(
        "grad.params",
        LogisticMixture.backward(parameters, targets, weights)
            .reshape(batch, tokens, channels)
            .transpose(0, 2, 1),
        referenceError(parameters, targets));
  }

  /** Whether ln(1 + eˣ) is anywhere asked for beyond 20. */
  private static double referenceError(Array parameters, double[] targets) {
    int mixtures = parameters.extent(1) / 3;
    for (int r = 0; r < targets.length; r++) {
      for (int k = 0; k < mixtures; k++) {
        double mean = parameters.get(r, mixtures + k);
        double logScale = Math.max(-7, parameters.get(r, 2 * mixtures + k));
        if ((Math.abs(targets[r] - mean) + 1.0 / 255) * Math.exp(-logScale) > 20) {
          return REFERENCE_SOFTPLUS_ERROR;
        }
      }
    }
    return 0;
  }

  private static Array rows(Array x) {
    return x.reshape(x.size() / x.extent(-1), x.extent(-1));
  }
}
