package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.polyak.spi.Backend;
import org.polyak.spi.DType;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.Support;
import org.polyak.spi.fused.UpdateRule;

/** Which way a call goes shows in what it saves: segments save their states too. */
class OpenClAttentionTest {
  private static final int TOKENS = 512;
  private static final int CHANNELS = 32;
  private static final UpdateRule MOMENTUM = new UpdateRule.Momentum(0.6, 0.9);
  private static final Shape DENOMINATORS = Shape.of(1, 1, TOKENS);

  private Backend backend;
  private Scope scope;

  @BeforeEach
  void open() {
    backend = TestDevice.openLikeGpu();
    scope = backend.openScope("test");
  }

  @AfterEach
  void close() {
    if (backend != null) {
      scope.close();
      backend.close();
    }
  }

  @Test
  void alignedCausalHeadsAreCutIntoSegments() {
    assertThat(saved(causal(MOMENTUM), inputs(0, CHANNELS, null)).size()).isGreaterThan(TOKENS);
    assertThat(saved(causal(new UpdateRule.Additive()), inputs(4, CHANNELS, null)).size())
        .isGreaterThan(TOKENS);
  }

  @Test
  void anOffsetThatVectorsCannotBeReadAtGoesToTheRecurrence() {
    assertThat(saved(causal(MOMENTUM), inputs(1, CHANNELS, null))).isEqualTo(DENOMINATORS);
  }

  @Test
  void otherNumbersOfChannelsGoToTheRecurrence() {
    assertThat(saved(causal(MOMENTUM), inputs(0, 20, null))).isEqualTo(DENOMINATORS);
  }

  @Test
  void paddedSequencesGoToTheRecurrence() {
    Tensor lengths = scope.allocate(DType.I32, Shape.of(1));
    assertThat(saved(causal(MOMENTUM), inputs(0, CHANNELS, lengths))).isEqualTo(DENOMINATORS);
  }

  @Test
  void aBetaThatStatesCannotBeDividedByGoesToTheRecurrence() {
    AttentionSpec spec = causal(new UpdateRule.Momentum(0, 0.9));
    assertThat(saved(spec, inputs(0, CHANNELS, null))).isEqualTo(DENOMINATORS);
  }

  @Test
  void aScheduleThatDemandsTheRecurrenceGetsIt() {
    AttentionSpec spec = causal(MOMENTUM).withSchedule(new Schedule.Recurrent());
    assertThat(saved(spec, inputs(0, CHANNELS, null))).isEqualTo(DENOMINATORS);
  }

  @Test
  void attentionWithoutTheCausalMaskGoesToTheRecurrence() {
    AttentionSpec spec = spec(new UpdateRule.Additive(), false);
    assertThat(saved(spec, inputs(0, CHANNELS, null))).isEqualTo(DENOMINATORS);
  }

  @Test
  void aProcessorRunsTheRecurrence() {
    try (Backend processor = TestDevice.open()) {
      AttentionKernel kernel = kernel(processor, causal(MOMENTUM));
      assertThat(kernel.savedShape(inputs(0, CHANNELS, null))).isEqualTo(DENOMINATORS);
    }
  }

  private Shape saved(AttentionSpec spec, AttentionInputs inputs) {
    return kernel(backend, spec).savedShape(inputs);
  }

  private static AttentionKernel kernel(Backend backend, AttentionSpec spec) {
    return ((Support.Native<AttentionKernel>) backend.fused().attention(spec)).kernel();
  }

  /** One head of one sequence; queries begin at an offset. */
  private AttentionInputs inputs(int offset, int channels, @Nullable Tensor lengths) {
    Shape shape = Shape.of(1, TOKENS, 1, channels);
    Tensor room = scope.allocate(DType.F32, Shape.of((TOKENS + 1) * channels));
    Tensor keys = room.view(Layout.contiguous(shape));
    long[] strides = {(long) TOKENS * channels, channels, channels, 1};
    Tensor queries = room.view(Layout.strided(shape, strides, offset));
    return new AttentionInputs(queries, keys, keys, lengths);
  }

  private static AttentionSpec causal(UpdateRule rule) {
    return spec(rule, true);
  }

  private static AttentionSpec spec(UpdateRule rule, boolean causal) {
    return new AttentionSpec(
        FeatureMap.ELU_PLUS_ONE,
        new Normaliser.KeySum(1e-6),
        rule,
        causal,
        Padding.DECAY,
        new Schedule.Automatic());
  }
}
