package org.polyak.conformance.layers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.polyak.conformance.Precision;
import org.polyak.conformance.layers.ErrorTape.Scalar;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.Momentum;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.TransformerConfig;
import org.polyak.spi.fused.Activation;

/** What layers do to float32 numbers, with error bounds, forward and backward. */
final class BlockAnalysis {
  private final ErrorTape tape;
  private final TransformerConfig config;
  private final Map<String, Scalars> weights = new LinkedHashMap<>();

  /** Layers with these weights, by the names of {@code nn}'s parameters. */
  BlockAnalysis(Precision precision, TransformerConfig config, Map<String, Array> weights) {
    this.tape = new ErrorTape(precision);
    this.config = config;
    weights.forEach((name, weight) -> this.weights.put(name, Scalars.of(tape, weight)));
  }

  ErrorTape tape() {
    return tape;
  }

  Scalars input(Array x) {
    return Scalars.of(tape, x);
  }

  Scalars weight(String name) {
    Scalars weight = weights.get(name);
    if (weight == null) {
      throw new IllegalArgumentException("No weight '%s'.".formatted(name));
    }
    return weight;
  }

  /** The whole stack. */
  Scalars transformer(Scalars in) {
    ConnectionAnalysis connection = new ConnectionAnalysis(tape, config.connection());
    Scalars x = in;
    for (int i = 0; i < config.layers(); i++) {
      String layer = "layers." + i + ".";
      boolean pre = config.placement() == TransformerConfig.NormPlacement.PRE;
      Scalars attended = selfAttention(layer + "attention.", pre ? norm(layer + "norm1.", x) : x);
      Scalars joined = connection.join(x, attended);
      Scalars middle = pre ? joined : norm(layer + "norm1.", joined);
      Scalars forward = feedForward(layer, pre ? norm(layer + "norm2.", middle) : middle);
      Scalars sum = middle.zip(forward, tape::plus);
      x = pre ? sum : norm(layer + "norm2.", sum);
    }
    return config.finalNorm() ? norm("norm.", x) : x;
  }

  Scalars norm(String path, Scalars x) {
    List<Scalar> gain = weight(path + "weight").elements();
    List<Scalar> bias = weight(path + "bias").elements();
    return x.mapRows(row -> {
      Scalar share = tape.constant(1.0 / row.size());
      Scalar mean = tape.times(tape.sum(row), share);
      List<Scalar> centred = row.stream().map(v -> tape.minus(v, mean)).toList();
      Scalar variance =
          tape.times(tape.sum(centred.stream().map(v -> tape.times(v, v)).toList()), share);
      Scalar deviation =
          tape.squareRoot(tape.plus(variance, tape.constant(TransformerConfig.NORM_EPSILON)));
      List<Scalar> out = new ArrayList<>();
      for (int e = 0; e < row.size(); e++) {
        Scalar scaled = tape.times(tape.over(centred.get(e), deviation), gain.get(e));
        out.add(tape.plus(scaled, bias.get(e)));
      }
      return out;
    });
  }

  Scalars feedForward(String path, Scalars x) {
    Scalars hidden = linear(path + "linear1.", x).map(v -> activation(config.activation(), v));
    return linear(path + "linear2.", hidden);
  }

  Scalars selfAttention(String path, Scalars x) {
    Scalars q = linear(path + "query_projection.", x);
    Scalars k = linear(path + "key_projection.", x);
    Scalars v = linear(path + "value_projection.", x);
    int count = x.shape()[1];
    List<Scalar> out = new ArrayList<>();
    for (int b = 0; b < x.shape()[0]; b++) {
      for (int i = 0; i < count; i++) {
        for (int h = 0; h < config.heads(); h++) {
          out.addAll(attend(q, k, v, b * count, i, count, h));
        }
      }
    }
    int width = config.heads() * config.valueDim();
    return linear(
        path + "out_projection.", new Scalars(new int[] {x.shape()[0], count, width}, out));
  }

  /** One query of one head over all pairs, which any other order of summation is no worse than. */
  private List<Scalar> attend(
      Scalars q, Scalars k, Scalars v, int first, int i, int count, int head) {
    boolean softmax = config.attention() instanceof AttentionConfig.Softmax;
    List<Scalar> query = head(q, first + i, head, config.keyDim());
    int seen = config.causal() ? i + 1 : count;
    List<Scalar> scores = new ArrayList<>();
    for (int j = 0; j < seen; j++) {
      List<Scalar> key = head(k, first + j, head, config.keyDim());
      scores.add(softmax ? tape.dot(query, key) : tape.dot(featureMap(query), featureMap(key)));
    }
    List<Scalar> pairs = softmax ? exponentials(scores) : scores;
    List<Scalar> weighted = new ArrayList<>();
    for (int j = 0; j < seen; j++) {
      weighted.add(tape.times(pairs.get(j), weight(i, j, count)));
    }
    Scalar denominator = denominator(pairs, count);
    List<Scalar> out = new ArrayList<>();
    for (int m = 0; m < config.valueDim(); m++) {
      List<Scalar> column = new ArrayList<>();
      for (int j = 0; j < seen; j++) {
        column.add(head(v, first + j, head, config.valueDim()).get(m));
      }
      out.add(tape.over(tape.dot(weighted, column), denominator));
    }
    return out;
  }

  private List<Scalar> exponentials(List<Scalar> products) {
    Scalar scale = tape.constant(1 / Math.sqrt(config.keyDim()));
    List<Scalar> scores = products.stream().map(s -> tape.times(s, scale)).toList();
    double largest = scores.stream().mapToDouble(s -> s.value().value()).max().orElseThrow();
    Scalar peak = tape.exact(largest);
    return scores.stream().map(s -> tape.exponential(tape.minus(s, peak))).toList();
  }

  private Scalar denominator(List<Scalar> pairs, int count) {
    return switch (config.attention()) {
      case AttentionConfig.Softmax softmax -> tape.sum(pairs);
      case AttentionConfig.Linear(double epsilon) ->
          tape.plus(tape.sum(pairs), tape.constant(epsilon));
      case AttentionConfig.LinearUnnormalised unnormalised -> tape.constant(Math.sqrt(count));
      case AttentionConfig.Momentum momentum ->
          tape.plus(tape.sum(pairs), tape.constant(momentum.epsilon()));
    };
  }

  /** Decay and step of a recurrence round three times for each token between key and query. */
  private Scalar weight(int i, int j, int count) {
    if (!(config.attention() instanceof AttentionConfig.Momentum momentum)) {
      return tape.exact(1);
    }
    int terms = momentum.weighting() == AttentionConfig.Weighting.EQ13 ? i - j + 1 : count - j;
    double weight = new Momentum(momentum.beta(), momentum.gamma()).geometricSum(terms);
    return tape.constant(momentum.gamma() * weight, 3.0 * terms);
  }

  private List<Scalar> featureMap(List<Scalar> x) {
    return x.stream()
        .map(v -> v.value().value() > 0 ? tape.plus(v, tape.exact(1)) : tape.exponential(v))
        .toList();
  }

  private static List<Scalar> head(Scalars x, int token, int head, int channels) {
    return x.row(token).subList(head * channels, (head + 1) * channels);
  }

  private Scalars linear(String path, Scalars x) {
    Scalars weight = weight(path + "weight");
    List<Scalar> bias = weight(path + "bias").elements();
    return x.mapRows(row -> {
      List<Scalar> out = new ArrayList<>();
      for (int o = 0; o < bias.size(); o++) {
        out.add(tape.plus(tape.dot(row, weight.row(o)), bias.get(o)));
      }
      return out;
    });
  }

  private Scalar activation(Activation activation, Scalar x) {
    return switch (activation) {
      case IDENTITY -> x;
      case RELU -> x.value().value() > 0 ? x : tape.exact(0);
      case GELU -> tape.times(x, tape.normalDistribution(x));
      case SILU -> tape.times(x, tape.sigmoid(x));
    };
  }
}
