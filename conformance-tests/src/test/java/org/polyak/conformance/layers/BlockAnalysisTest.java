package org.polyak.conformance.layers;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.heap.HeapProvider;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.polyak.conformance.Precision;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.Encoder;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.Parameter;
import org.polyak.nn.layers.ParameterFactory;
import org.polyak.nn.layers.Transformer;
import org.polyak.nn.layers.TransformerConfig;
import org.polyak.nn.layers.TransformerConfig.NormPlacement;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.random.Generator;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.Scope;
import org.polyak.spi.fused.Activation;

/** The error analysis computes what the oracle computes, and bounds grow with the precision's. */
class BlockAnalysisTest {
  private static final ConnectionConfig ADAPTIVE =
      new ConnectionConfig.AdaptiveHeavyBall(AdaptiveCoefficient.RELEASED);

  private final Samples samples = new Samples("BlockAnalysisTest");
  private final Array x = Samples.array(samples.normal(2 * 4 * 8, 1), 2, 4, 8);
  private final Array cotangent = Samples.array(samples.normal(2 * 4 * 8, 1), 2, 4, 8);

  @Test
  void valuesAndGradientsAreTheOracles() {
    for (AttentionConfig attention :
        List.of(
            new AttentionConfig.Softmax(),
            new AttentionConfig.Linear(1e-6),
            new AttentionConfig.LinearUnnormalised(),
            new AttentionConfig.Momentum(
                0.6, 0.9, AttentionConfig.Weighting.EQ13, AttentionConfig.Anchor.PADDED, 1e-6))) {
      for (NormPlacement placement : NormPlacement.values()) {
        TransformerConfig config = config(attention, placement);
        Map<String, Array> weights = weights(config);
        BlockAnalysis analysis = new BlockAnalysis(Precision.F32, config, weights);
        Scalars in = analysis.input(x);
        Scalars out = analysis.transformer(in);
        analysis.tape().backward(out.elements(), cotangent.data());
        Encoder.Gradients oracle =
            Encoder.backward(
                OracleConfig.encoder(config),
                weights,
                x,
                OracleConfig.visibility(config),
                cotangent);
        assertSame(out.values(), oracle.out());
        assertSame(in.gradients(), oracle.x());
        oracle
            .weights()
            .forEach((name, gradient) -> assertSame(analysis.weight(name).gradients(), gradient));
      }
    }
  }

  @Test
  void reducedPrecisionAllowsMoreButNotWithoutProducts() {
    TransformerConfig config = config(new AttentionConfig.Linear(1e-6), NormPlacement.POST);
    Map<String, Array> weights = weights(config);
    BlockAnalysis exact = new BlockAnalysis(Precision.F32, config, weights);
    BlockAnalysis reduced = new BlockAnalysis(Precision.BF16, config, weights);
    assertThat(largest(exact.norm("norm.", exact.input(x))))
        .isEqualTo(largest(reduced.norm("norm.", reduced.input(x))));
    assertThat(largest(reduced.feedForward("layers.0.", reduced.input(x))))
        .isGreaterThan(1000 * largest(exact.feedForward("layers.0.", exact.input(x))));
  }

  private static double largest(Scalars scalars) {
    return scalars.expected(scalars.values()).magnitudes().maxAbs();
  }

  private static void assertSame(Array found, Array wanted) {
    assertThat(found.reshape(wanted.shape()).minus(wanted).maxAbs())
        .isLessThan(1e-10 * (1 + wanted.maxAbs()));
  }

  private Map<String, Array> weights(TransformerConfig config) {
    Map<String, Array> weights = new LinkedHashMap<>();
    try (Backend backend = new HeapProvider().open(BackendOptions.DEFAULTS);
        Scope scope = backend.openScope("names")) {
      ParameterFactory factory =
          new ParameterFactory(new Engine(backend), scope, Generator.ofSeed(1));
      assertThat(new Transformer(factory, config).config()).isEqualTo(config);
      for (Parameter parameter : factory.parameters()) {
        int[] shape = parameter.variable().shape().dims();
        weights.put(
            parameter.name(), Samples.array(samples.normal(Array.zeros(shape).size(), 0.4), shape));
      }
    }
    return weights;
  }

  private static TransformerConfig config(AttentionConfig attention, NormPlacement placement) {
    return new TransformerConfig(
        3, 8, 2, 4, 3, 12, Activation.SILU, 0, placement, true, true, 4, attention, ADAPTIVE);
  }
}
