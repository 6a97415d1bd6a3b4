package org.polyak.nn.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.AttentionConfig.Anchor;
import org.polyak.nn.layers.AttentionConfig.Weighting;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.TransformerConfig.NormPlacement;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.random.Generator;
import org.polyak.nn.testing.Device;
import org.polyak.spi.MemoryStats;

class StepDecoderTest {
  private static final int BATCH = 2;

  /**
   * Both ways add the same terms in another order. A layer's outputs pass through sums of at most
   * MAXIMUM·keyDim = 192 terms and are normalised to size 1, and the head's outputs are of size 1
   * too: two layers give 2·192 roundings of 2⁻²⁴, about 2.3·10⁻⁵.
   */
  private static final float BOUND = 2 * 192 * 0x1p-24f;

  @Test
  void stepByStepOutputEqualsParallelOutputForEveryCausalVariant() {
    List<AttentionConfig> attentions =
        List.of(
            new AttentionConfig.Softmax(),
            new AttentionConfig.Linear(AttentionConfig.EPSILON),
            new AttentionConfig.LinearUnnormalised(),
            TestModels.MOMENTUM);
    List<ConnectionConfig> connections =
        List.of(
            new ConnectionConfig.Plain(),
            new ConnectionConfig.Velocity(0.5, 0.9),
            new ConnectionConfig.HeavyBall(0.3),
            new ConnectionConfig.AdaptiveVelocity(
                0.9, ConnectionConfig.Reference.VELOCITY, AdaptiveCoefficient.RELEASED),
            new ConnectionConfig.AdaptiveVelocity(
                0.9, ConnectionConfig.Reference.PREVIOUS, AdaptiveCoefficient.RELEASED),
            new ConnectionConfig.AdaptiveHeavyBall(AdaptiveCoefficient.RELEASED));
    Device.onBoth(device -> {
      for (AttentionConfig attention : attentions) {
        for (ConnectionConfig connection : connections) {
          for (NormPlacement placement : NormPlacement.values()) {
            ModelConfig config = TestModels.model(attention, connection, placement, true, 0.1);
            assertStepsEqualParallel(device, config);
          }
        }
      }
    });
  }

  private static void assertStepsEqualParallel(Device device, ModelConfig config) {
    SequenceModel model =
        new SequenceModel(config, device.engine(), device.scope(), Generator.ofSeed(1));
    int[] tokens = tokens(TestModels.MAXIMUM);
    Ops ops = device.ops();
    float[] parallel = ops.toFloats(model.forward(ops, tokens, BATCH, null));
    int width = config.outputs();
    try (StepDecoder decoder = new StepDecoder(model, device.engine(), device.scope(), BATCH)) {
      for (int position = 0; position < TestModels.MAXIMUM; position++) {
        float[] step = decoder.step(tokens[position], tokens[TestModels.MAXIMUM + position]);
        for (int i = 0; i < BATCH * width; i++) {
          int row = i / width * TestModels.MAXIMUM + position;
          assertThat(step[i])
              .as("%s, position %d", config.description(), position)
              .isCloseTo(parallel[row * width + i % width], within(BOUND));
        }
      }
    }
  }

  @Test
  void addedPositionsGenerateAsInParallel() {
    try (Device device = Device.fused()) {
      ModelConfig concatenated = TestModels.causal(TestModels.MOMENTUM, TestModels.PLAIN);
      assertStepsEqualParallel(
          device,
          new ModelConfig(
              concatenated.vocabulary(),
              concatenated.outputs(),
              ModelConfig.Positions.ADDED,
              concatenated.transformer()));
    }
  }

  @Test
  void releasedWeightingGeneratesByEquationTwelve() {
    try (Device device = Device.fused()) {
      ModelConfig released =
          TestModels.causal(
              TestModels.momentum(Weighting.RELEASED, Anchor.PADDED), TestModels.PLAIN);
      ModelConfig eq13 =
          TestModels.causal(TestModels.momentum(Weighting.EQ13, Anchor.PADDED), TestModels.PLAIN);
      float[][] outputs = new float[2][];
      for (int i = 0; i < 2; i++) {
        SequenceModel model =
            new SequenceModel(
                i == 0 ? released : eq13, device.engine(), device.scope(), Generator.ofSeed(1));
        try (StepDecoder decoder = new StepDecoder(model, device.engine(), device.scope(), 1)) {
          decoder.step(3);
          outputs[i] = decoder.step(4);
        }
      }
      assertThat(outputs[0]).containsExactly(outputs[1]);
    }
  }

  @Test
  void memoryDoesNotGrowWithTheNumberOfTokens() {
    Device.onBoth(device -> {
      for (AttentionConfig attention :
          List.of(new AttentionConfig.Softmax(), TestModels.MOMENTUM)) {
        SequenceModel model =
            new SequenceModel(
                TestModels.causal(attention, new ConnectionConfig.Velocity(0.5, 0.9)),
                device.engine(),
                device.scope(),
                Generator.ofSeed(1));
        long before = device.scope().stats().liveBytes();
        try (StepDecoder decoder = new StepDecoder(model, device.engine(), device.scope(), 1)) {
          MemoryStats start = device.scope().stats();
          for (int i = 0; i < TestModels.MAXIMUM; i++) {
            decoder.step(i % TestModels.VOCABULARY);
            assertThat(device.scope().stats().liveBytes()).isEqualTo(start.liveBytes());
          }
        }
        assertThat(device.scope().stats().liveBytes()).isEqualTo(before);
      }
    });
  }

  @Test
  void impossibleGenerationIsRefusedWithItsReason() {
    try (Device device = Device.fused()) {
      SequenceModel causal =
          new SequenceModel(
              TestModels.causal(TestModels.MOMENTUM, TestModels.PLAIN),
              device.engine(),
              device.scope(),
              Generator.ofSeed(1));
      try (StepDecoder decoder = new StepDecoder(causal, device.engine(), device.scope(), 1)) {
        assertThatThrownBy(() -> decoder.step(1, 2)).hasMessageContaining("1 sequences, not 2");
        for (int i = 0; i < TestModels.MAXIMUM; i++) {
          decoder.step(0);
        }
        assertThatThrownBy(() -> decoder.step(0))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("beyond the model's maximum length 24");
      }
      SequenceModel encoder =
          new SequenceModel(
              TestModels.model(
                  new AttentionConfig.Linear(AttentionConfig.EPSILON),
                  TestModels.PLAIN,
                  NormPlacement.POST,
                  false,
                  0),
              device.engine(),
              device.scope(),
              Generator.ofSeed(1));
      assertThatThrownBy(() -> new StepDecoder(encoder, device.engine(), device.scope(), 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("bidirectional");
    }
  }

  private static int[] tokens(int length) {
    Generator generator = Generator.ofSeed(77);
    int[] tokens = new int[BATCH * length];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = generator.nextInt(TestModels.VOCABULARY);
    }
    return tokens;
  }
}
