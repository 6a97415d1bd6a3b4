package org.polyak.conformance.layers;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.Encoder;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.AttentionConfig.Anchor;
import org.polyak.nn.layers.AttentionConfig.Weighting;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.ConnectionConfig.Reference;
import org.polyak.nn.layers.FeedForward;
import org.polyak.nn.layers.LayerNorm;
import org.polyak.nn.layers.Parameter;
import org.polyak.nn.layers.ParameterFactory;
import org.polyak.nn.layers.SelfAttention;
import org.polyak.nn.layers.Transformer;
import org.polyak.nn.layers.TransformerConfig;
import org.polyak.nn.layers.TransformerConfig.NormPlacement;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.random.Generator;
import org.polyak.spi.fused.Activation;

/** Layers and stacks of blocks of {@code nn}: outputs and the gradients of input and parameters. */
public final class BlockCases {
  private static final int BATCH = 2;
  private static final int TOKENS = 5;
  private static final int WIDTH = 8;

  private static final List<AttentionConfig> CAUSAL =
      List.of(
          new AttentionConfig.Softmax(),
          new AttentionConfig.Linear(AttentionConfig.EPSILON),
          new AttentionConfig.LinearUnnormalised(),
          momentum(Weighting.EQ13),
          momentum(Weighting.RELEASED));

  private static final List<AttentionConfig> FULL =
      List.of(
          new AttentionConfig.Softmax(),
          new AttentionConfig.Linear(AttentionConfig.EPSILON),
          new AttentionConfig.LinearUnnormalised(),
          momentum(Weighting.NON_CAUSAL));

  private static final List<ConnectionConfig> CONNECTIONS =
      List.of(
          new ConnectionConfig.Plain(),
          new ConnectionConfig.HeavyBall(0.4),
          new ConnectionConfig.Velocity(0.6, 0.8),
          new ConnectionConfig.AdaptiveVelocity(
              0.9, Reference.VELOCITY, AdaptiveCoefficient.RELEASED),
          new ConnectionConfig.AdaptiveHeavyBall(AdaptiveCoefficient.RELEASED));

  /** A layer of {@code nn} that has been made. */
  @FunctionalInterface
  private interface Layer {
    Variable forward(Ops ops, Variable x);
  }

  /** Makes a layer. */
  @FunctionalInterface
  private interface Maker {
    Layer make(ParameterFactory factory);
  }

  /** The same layer in running error analysis. */
  @FunctionalInterface
  private interface Analysed {
    Scalars forward(BlockAnalysis analysis, Scalars x);
  }

  private BlockCases() {}

  /** The families. */
  public static List<Family> families() {
    Family parts =
        new Family(
            "LAYER-PART",
            Chapter.LAYERS,
            new Definition(
                "normalisation with gain and bias; W₂ f(W₁x + b₁) + b₂; attention between"
                    + " projections",
                "nn.layers"));
    Family blocks =
        new Family(
            "LAYER-BLOCK",
            Chapter.LAYERS,
            new Definition(
                "x ← norm(join(x, attention(x))); x ← norm(x + f(x)); or norms before the parts",
                "Momentum Transformer, section 3, and its released code"));
    parts.add("layer normalisation", (c, s) -> norm(c, s));
    for (Activation activation : List.of(Activation.IDENTITY, Activation.GELU, Activation.SILU)) {
      parts.add("feed-forward with " + activation, (c, s) -> feedForward(c, s, activation));
    }
    for (boolean causal : new boolean[] {true, false}) {
      for (AttentionConfig attention : causal ? CAUSAL : FULL) {
        TransformerConfig config =
            config(1, causal, attention, CONNECTIONS.getFirst(), NormPlacement.PRE);
        parts.add(
            "self-attention, %s, %s".formatted(causal ? "causal" : "full", attention),
            (c, s) -> selfAttention(c, s, config));
        TransformerConfig two =
            config(2, causal, attention, CONNECTIONS.getFirst(), NormPlacement.POST);
        blocks.add(
            "two layers, %s, %s".formatted(causal ? "causal" : "full", attention),
            (c, s) -> transformer(c, s, two));
      }
    }
    for (NormPlacement placement : NormPlacement.values()) {
      for (ConnectionConfig connection : CONNECTIONS) {
        TransformerConfig config = config(3, true, momentum(Weighting.EQ13), connection, placement);
        blocks.add(
            "three layers, norms %s, %s".formatted(placement, connection),
            (c, s) -> transformer(c, s, config));
      }
    }
    return List.of(parts, blocks);
  }

  private static AttentionConfig momentum(Weighting weighting) {
    return new AttentionConfig.Momentum(
        0.6f, 0.75, weighting, Anchor.PADDED, AttentionConfig.EPSILON);
  }

  private static TransformerConfig config(
      int layers,
      boolean causal,
      AttentionConfig attention,
      ConnectionConfig connection,
      NormPlacement placement) {
    return new TransformerConfig(
        layers,
        WIDTH,
        2,
        4,
        3,
        12,
        Activation.GELU,
        0,
        placement,
        true,
        causal,
        TOKENS,
        attention,
        connection);
  }

  private static void norm(CaseContext c, Samples s) {
    TransformerConfig config =
        config(1, true, CAUSAL.get(1), CONNECTIONS.getFirst(), NormPlacement.POST);
    run(
        c,
        s,
        config,
        factory -> new LayerNorm(factory, WIDTH, TransformerConfig.NORM_EPSILON)::forward,
        (analysis, x) -> analysis.norm("", x));
  }

  private static void feedForward(CaseContext c, Samples s, Activation activation) {
    TransformerConfig config =
        new TransformerConfig(
            1,
            WIDTH,
            2,
            4,
            4,
            12,
            activation,
            0,
            NormPlacement.POST,
            true,
            true,
            TOKENS,
            CAUSAL.getFirst(),
            CONNECTIONS.getFirst());
    run(
        c,
        s,
        config,
        factory -> new FeedForward(factory, WIDTH, 12, activation, 0)::forward,
        (analysis, x) -> analysis.feedForward("", x));
  }

  private static void selfAttention(CaseContext c, Samples s, TransformerConfig config) {
    run(
        c,
        s,
        config,
        factory -> {
          SelfAttention attention = new SelfAttention(factory, config);
          return (ops, x) -> attention.forward(ops, x, null);
        },
        (analysis, x) -> analysis.selfAttention("", x));
  }

  private static void transformer(CaseContext c, Samples s, TransformerConfig config) {
    run(
        c,
        s,
        config,
        factory -> {
          Transformer transformer = new Transformer(factory, config);
          return (ops, x) -> transformer.forward(ops, x, null);
        },
        BlockAnalysis::transformer);
  }

  private static void run(
      CaseContext c, Samples s, TransformerConfig config, Maker maker, Analysed analysed) {
    ParameterFactory factory = new ParameterFactory(c.engine(), c.scope(), Generator.ofSeed(1));
    Layer layer = maker.make(factory);
    Map<String, Array> weights = new LinkedHashMap<>();
    for (Parameter parameter : factory.parameters()) {
      Array weight = draw(s, parameter);
      weights.put(parameter.name(), weight);
      c.backend()
          .upload(MemorySegment.ofArray(Samples.floats(weight)), parameter.variable().tensor());
    }
    Array x = Samples.array(s.normal(BATCH * TOKENS * WIDTH, 1), BATCH, TOKENS, WIDTH);
    Ops ops = Ops.recording(c.engine(), c.scope(), new Tape());
    Variable in = Variable.parameter(ops.constant(Samples.floats(x), x.shape()).tensor());
    Variable out = layer.forward(ops, in);
    Array cotangent =
        Samples.array(s.normal(Math.toIntExact(out.shape().size()), 1), out.shape().dims());
    Variable loss =
        ops.sumAll(ops.multiply(out, ops.constant(Samples.floats(cotangent), cotangent.shape())));
    Gradients gradients = ops.backward(loss);

    BlockAnalysis analysis = new BlockAnalysis(c.precision(), config, weights);
    Scalars input = analysis.input(x);
    Scalars result = analysed.forward(analysis, input);
    analysis.tape().backward(result.elements(), cotangent.data());
    Wanted wanted = Wanted.of(config, weights, x, cotangent, result, input, analysis);
    c.expect("out", ops.toFloats(out), result.expected(wanted.out));
    c.expect(
        "gradient of x",
        ops.toFloats(Variable.constant(gradients.require(in))),
        input.expectedGradient(wanted.x));
    for (Parameter parameter : factory.parameters()) {
      String name = parameter.name();
      c.expect(
          "gradient of " + name,
          ops.toFloats(Variable.constant(gradients.require(parameter.variable()))),
          analysis.weight(name).expectedGradient(wanted.weight(name)));
    }
  }

  /** Gains about 1; weights that keep magnitudes; biases not zero. */
  private static Array draw(Samples s, Parameter parameter) {
    int[] shape = parameter.variable().shape().dims();
    boolean matrix = shape.length > 1;
    boolean gain = !matrix && parameter.name().endsWith("weight");
    double scale = matrix ? 1 / Math.sqrt(shape[1]) : 0.2;
    return Samples.array(s.normal(Array.zeros(shape).size(), scale), shape)
        .map(v -> (float) (gain ? 1 + v : v));
  }

  /**
   * What should come out. A whole stack is asked of the oracle; parts alone are what the analysis
   * itself computes in float64, by the code that agrees with the oracle on whole stacks.
   */
  private record Wanted(Array out, Array x, Map<String, Array> weights) {
    static Wanted of(
        TransformerConfig config,
        Map<String, Array> weights,
        Array x,
        Array cotangent,
        Scalars out,
        Scalars input,
        BlockAnalysis analysis) {
      if (weights.containsKey("layers.0.linear1.weight")) {
        Encoder.Gradients gradients =
            Encoder.backward(
                OracleConfig.encoder(config),
                weights,
                x,
                OracleConfig.visibility(config),
                cotangent);
        return new Wanted(gradients.out(), gradients.x(), gradients.weights());
      }
      Map<String, Array> own = new LinkedHashMap<>();
      weights.keySet().forEach(name -> own.put(name, analysis.weight(name).gradients()));
      return new Wanted(out.values(), input.gradients(), own);
    }

    Array weight(String name) {
      Array weight = weights.get(name);
      if (weight == null) {
        throw new IllegalArgumentException("No gradient of '%s'.".formatted(name));
      }
      return weight;
    }
  }
}
