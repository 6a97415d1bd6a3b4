package org.polyak.nn.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.nn.checkpoint.Checkpoint;
import org.polyak.nn.checkpoint.CheckpointException;
import org.polyak.nn.checkpoint.StoredTensor;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.AttentionConfig.Anchor;
import org.polyak.nn.layers.AttentionConfig.Weighting;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.Parameter;
import org.polyak.nn.layers.TransformerConfig.NormPlacement;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.random.Generator;
import org.polyak.nn.testing.Device;

class SequenceModelTest {
  /** Roundings of 2⁻²⁴ of the at most 192 terms behind an output of size 1, in two layers. */
  private static final float BOUND = 2 * 192 * 0x1p-24f;

  private static final int[] TOKENS = {1, 5, 3, 10, 0, 7, 7, 2, 9, 4};

  @Test
  void equalSeedsGiveEqualParametersWhateverRunsThem() {
    try (Device first = Device.fused();
        Device second = Device.composed()) {
      Map<String, StoredTensor> a = model(first, TestModels.MOMENTUM, TestModels.PLAIN).save();
      Map<String, StoredTensor> b = model(second, TestModels.MOMENTUM, TestModels.PLAIN).save();
      assertThat(a.keySet()).containsExactlyElementsOf(b.keySet());
      a.forEach((name, tensor) ->
          assertThat(b.get(name))
              .as(name)
              .isNotNull()
              .extracting(StoredTensor::toFloats)
              .isEqualTo(tensor.toFloats()));
    }
  }

  @Test
  void parametersHaveTheNamesAndTheSpreadOfTheReference() {
    try (Device device = Device.fused()) {
      SequenceModel model = model(device, TestModels.MOMENTUM, TestModels.PLAIN);
      assertThat(model.parameters().stream().map(Parameter::name))
          .startsWith(
              "embedding.weight",
              "transformer.layers.0.attention.query_projection.weight",
              "transformer.layers.0.attention.query_projection.bias")
          .contains("transformer.layers.1.norm2.bias", "transformer.norm.weight")
          .endsWith("head.weight", "head.bias")
          .doesNotHaveDuplicates();
      // 2·(4 projections, 2 feed-forward layers, 2 norms) + embedding + final norm + head.
      long block =
          2 * (16 * 16 + 16)
              + (12 * 16 + 12)
              + (16 * 12 + 16)
              + (24 * 16 + 24)
              + (16 * 24 + 16)
              + 4 * 16;
      assertThat(model.parameterCount()).isEqualTo(11 * 8 + 2 * block + 2 * 16 + 11 * 16 + 11);
      float[] head = floats(model, "head.weight");
      for (float value : head) {
        assertThat(value).isBetween(-0.25f, 0.25f);
      }
      assertThat(floats(model, "transformer.layers.0.norm1.weight")).containsOnly(1f);
      assertThat(floats(model, "transformer.layers.0.norm1.bias")).containsOnly(0f);
    }
  }

  @Test
  void causalOutputsDoNotDependOnLaterTokens() {
    Device.onBoth(device -> {
      for (AttentionConfig attention :
          List.of(
              new AttentionConfig.Softmax(),
              new AttentionConfig.Linear(AttentionConfig.EPSILON),
              TestModels.MOMENTUM)) {
        SequenceModel model =
            model(
                device,
                attention,
                new ConnectionConfig.AdaptiveVelocity(
                    0.9, ConnectionConfig.Reference.VELOCITY, AdaptiveCoefficient.RELEASED));
        assertPrefix(device, model, BOUND);
      }
    });
  }

  @Test
  void releasedWeightingDependsOnTheEndOfTheSequence() {
    try (Device device = Device.fused()) {
      SequenceModel model =
          model(device, TestModels.momentum(Weighting.RELEASED, Anchor.PADDED), TestModels.PLAIN);
      assertThatThrownBy(() -> assertPrefix(device, model, 0.01f))
          .isInstanceOf(AssertionError.class);
    }
  }

  private static void assertPrefix(Device device, SequenceModel model, float bound) {
    float[] whole = run(device, model, TOKENS, null);
    int[] prefix = Arrays.copyOf(TOKENS, 6);
    float[] part = run(device, model, prefix, null);
    for (int i = 0; i < part.length; i++) {
      assertThat(part[i]).isCloseTo(whole[i], within(bound));
    }
  }

  @Test
  void weightsAnchoredAtTheTrueLengthDoNotSeeThePadding() {
    Device.onBoth(device -> {
      for (Weighting weighting : List.of(Weighting.RELEASED, Weighting.NON_CAUSAL)) {
        assertThat(effectOfPadding(device, weighting, Anchor.TRUE)).isLessThan(BOUND);
        assertThat(effectOfPadding(device, weighting, Anchor.PADDED)).isGreaterThan(0.01f);
      }
    });
  }

  private static float effectOfPadding(Device device, Weighting weighting, Anchor anchor) {
    SequenceModel model =
        new SequenceModel(
            TestModels.model(
                TestModels.momentum(weighting, anchor),
                TestModels.PLAIN,
                NormPlacement.POST,
                weighting == Weighting.RELEASED,
                0),
            device.engine(),
            device.scope(),
            Generator.ofSeed(1));
    float[] padded = run(device, model, TOKENS, new int[] {6});
    float[] alone = run(device, model, Arrays.copyOf(TOKENS, 6), null);
    float largest = 0;
    for (int i = 0; i < alone.length; i++) {
      largest = Math.max(largest, Math.abs(alone[i] - padded[i]));
    }
    return largest;
  }

  @Test
  void momentumWithZeroBetaEqualsLinearAttentionInEveryWeighting() {
    Device.onBoth(device -> {
      for (Weighting weighting : Weighting.values()) {
        boolean causal = weighting != Weighting.NON_CAUSAL;
        float[] momentum =
            run(
                device,
                new SequenceModel(
                    TestModels.model(
                        new AttentionConfig.Momentum(
                            0, 1, weighting, Anchor.PADDED, AttentionConfig.EPSILON),
                        TestModels.PLAIN,
                        NormPlacement.PRE,
                        causal,
                        0),
                    device.engine(),
                    device.scope(),
                    Generator.ofSeed(1)),
                TOKENS,
                null);
        float[] linear =
            run(
                device,
                new SequenceModel(
                    TestModels.model(
                        new AttentionConfig.Linear(AttentionConfig.EPSILON),
                        TestModels.PLAIN,
                        NormPlacement.PRE,
                        causal,
                        0),
                    device.engine(),
                    device.scope(),
                    Generator.ofSeed(1)),
                TOKENS,
                null);
        for (int i = 0; i < linear.length; i++) {
          assertThat(momentum[i]).isCloseTo(linear[i], within(BOUND));
        }
      }
    });
  }

  @Test
  void endAnchoredWeightsStayFiniteForBetaNextToOne() {
    try (Device device = Device.fused()) {
      AttentionConfig attention =
          new AttentionConfig.Momentum(
              1 - 1e-12, 1, Weighting.NON_CAUSAL, Anchor.PADDED, AttentionConfig.EPSILON);
      SequenceModel model =
          new SequenceModel(
              TestModels.model(attention, TestModels.PLAIN, NormPlacement.POST, false, 0),
              device.engine(),
              device.scope(),
              Generator.ofSeed(1));
      for (float value : run(device, model, TOKENS, null)) {
        assertThat(value).isFinite();
      }
    }
  }

  @Test
  void velocityWithoutMomentumAndUnitStepIsThePlainConnection() {
    try (Device device = Device.fused()) {
      float[] plain =
          run(device, model(device, TestModels.MOMENTUM, TestModels.PLAIN), TOKENS, null);
      for (ConnectionConfig connection :
          List.of(new ConnectionConfig.Velocity(0, 1), new ConnectionConfig.HeavyBall(0))) {
        float[] other = run(device, model(device, TestModels.MOMENTUM, connection), TOKENS, null);
        for (int i = 0; i < plain.length; i++) {
          assertThat(other[i]).isCloseTo(plain[i], within(BOUND));
        }
      }
    }
  }

  @Test
  void aModelThatWasWrittenIsReadToTheLastBit(@TempDir Path folder) {
    Path file = folder.resolve("model.safetensors");
    try (Device device = Device.fused()) {
      ModelConfig config = TestModels.causal(TestModels.MOMENTUM, TestModels.PLAIN);
      SequenceModel written =
          new SequenceModel(config, device.engine(), device.scope(), Generator.ofSeed(1));
      SequenceModel read =
          new SequenceModel(config, device.engine(), device.scope(), Generator.ofSeed(2));
      assertThat(floats(read, "head.weight")).isNotEqualTo(floats(written, "head.weight"));
      written.write(file);
      read.read(file);
      written.parameters().stream()
          .map(Parameter::name)
          .forEach(
              name -> assertThat(floats(read, name)).as(name).isEqualTo(floats(written, name)));
    }
  }

  @Test
  void checkpointOfAnotherModelIsRefusedAndNothingChanges() {
    try (Device device = Device.fused()) {
      SequenceModel linear =
          model(device, new AttentionConfig.Linear(AttentionConfig.EPSILON), TestModels.PLAIN);
      SequenceModel softmax = model(device, new AttentionConfig.Softmax(), TestModels.PLAIN);
      Checkpoint checkpoint = new Checkpoint(linear.config().description(), linear.save(), null);
      assertThatThrownBy(() -> softmax.load("run/model.safetensors", checkpoint))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining(
              "'run/model.safetensors' belongs to another model: attention is linear in the checkpoint and softmax here");
      linear.load("x", checkpoint);
    }
  }

  @Test
  void sequencesThatDoNotFitAreRefused() {
    try (Device device = Device.fused()) {
      SequenceModel model = model(device, TestModels.MOMENTUM, TestModels.PLAIN);
      assertThatThrownBy(() -> run(device, model, new int[TestModels.MAXIMUM + 1], null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("raise maximumLength");
      assertThatThrownBy(() -> model.forward(device.ops(), new int[7], 2, null))
          .hasMessageContaining("7 tokens do not make 2 sequences");
    }
  }

  private static SequenceModel model(
      Device device, AttentionConfig attention, ConnectionConfig connection) {
    return new SequenceModel(
        TestModels.causal(attention, connection),
        device.engine(),
        device.scope(),
        Generator.ofSeed(1));
  }

  private static float[] run(
      Device device, SequenceModel model, int[] tokens, int @Nullable [] lengths) {
    Ops ops = device.ops();
    return ops.toFloats(model.forward(ops, tokens, 1, lengths));
  }

  private static float[] floats(SequenceModel model, String name) {
    return Objects.requireNonNull(model.save().get(name)).toFloats();
  }
}
