package org.polyak.conformance.learning;

import java.util.LinkedHashMap;
import java.util.Map;
import org.polyak.conformance.layers.OracleConfig;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.CrossEntropy;
import org.polyak.conformance.oracle.Embeddings;
import org.polyak.conformance.oracle.Encoder;
import org.polyak.conformance.oracle.Linear;
import org.polyak.nn.models.ModelConfig;

/**
 * A sequence model in float64: embedding, with sinusoidal positions added, blocks, a linear head,
 * cross-entropy. Parameters go by the names of {@code nn}.
 */
final class OracleModel {
  private static final String BLOCKS = "transformer.";

  private final ModelConfig config;

  OracleModel(ModelConfig config) {
    this.config = config;
  }

  /**
   * Mean loss over the rows that count, and its gradients.
   *
   * @param loss in nats
   * @param gradients by parameter
   */
  record Evaluation(double loss, Map<String, Array> gradients) {}

  Evaluation evaluate(Map<String, Array> parameters, Batch batch) {
    Map<String, Array> blocks = new LinkedHashMap<>();
    parameters.forEach((name, value) -> {
      if (name.startsWith(BLOCKS)) {
        blocks.put(name.substring(BLOCKS.length()), value);
      }
    });
    Array table = of(parameters, "embedding.weight");
    int width = config.transformer().width();
    int length = batch.length();
    Array x = Embeddings.lookUp(table, batch.tokens());
    Array positions = Embeddings.sinusoidalPositions(length, width, 10_000).map(v -> (float) v);
    for (int i = 0; i < x.size(); i++) {
      x.data()[i] += positions.data()[i % positions.size()];
    }
    Array stream = x.reshape(batch.size(), length, width);
    Loss loss = new Loss(of(parameters, "head.weight"), of(parameters, "head.bias"), batch);
    Encoder.Gradients ofBlocks =
        Encoder.backward(
            OracleConfig.encoder(config.transformer()),
            blocks,
            stream,
            OracleConfig.visibility(config.transformer()),
            loss::gradient);
    Map<String, Array> gradients = new LinkedHashMap<>();
    gradients.put(
        "embedding.weight",
        Embeddings.lookUpBackward(table, batch.tokens(), ofBlocks.x().reshape(x.shape())));
    ofBlocks.weights().forEach((name, gradient) -> gradients.put(BLOCKS + name, gradient));
    Linear.Gradients ofHead = loss.head(ofBlocks.out());
    gradients.put("head.weight", ofHead.weight());
    gradients.put("head.bias", ofHead.bias());
    return new Evaluation(loss.value(ofBlocks.out()), gradients);
  }

  /** Head and mean cross-entropy over what the blocks put out. */
  private record Loss(Array weight, Array bias, Batch batch) {
    double value(Array out) {
      return CrossEntropy.mean(
          CrossEntropy.forward(logits(out), batch.targets(), 0), batch.targets());
    }

    Array gradient(Array out) {
      return head(out).x().reshape(out.shape());
    }

    Linear.Gradients head(Array out) {
      int[] targets = batch.targets();
      Array each = Array.filled(1.0 / CrossEntropy.counted(targets), targets.length);
      return Linear.backward(
          rows(out), weight, CrossEntropy.backward(logits(out), targets, 0, each));
    }

    private Array logits(Array out) {
      return Linear.forward(rows(out), weight, bias);
    }

    private static Array rows(Array out) {
      return out.reshape(out.size() / out.extent(-1), out.extent(-1));
    }
  }

  private static Array of(Map<String, Array> parameters, String name) {
    Array value = parameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException("No parameter '%s'.".formatted(name));
    }
    return value;
  }
}
