package org.polyak.conformance.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.polyak.cpu.CpuBackendProvider;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.Support;
import org.polyak.spi.fused.UpdateRule;

class FusedSurveyTest {
  /** A new record of the contract must be asked about too. */
  @Test
  void asksForEveryRuleNormaliserScheduleAndOptimiserOfTheContract() {
    assertCovers(UpdateRule.class, FusedSurvey.RULES);
    assertCovers(Normaliser.class, FusedSurvey.NORMALISERS);
    assertCovers(Schedule.class, FusedSurvey.SCHEDULES);
    assertCovers(OptimizerRule.class, FusedSurvey.OPTIMIZERS);
  }

  /** 2 rules × 2 maps × 3 normalisers × 2 paddings × 3 schedules, and 2 × 3 that are not causal. */
  @Test
  void hasOneAnswerForEachKindOfAttention() {
    List<FusedAnswer> attention =
        FusedSurvey.of(FusedKernels.NONE).stream()
            .filter(answer -> answer.operation().equals("attention"))
            .toList();
    assertThat(attention).hasSize(78).doesNotHaveDuplicates();
    assertThat(attention)
        .allMatch(answer -> answer.describe().equals("composed: not offered by this backend"));
  }

  @Test
  void saysFusedForWhatTheBackendOffers() {
    try (Backend backend = new CpuBackendProvider().open(BackendOptions.DEFAULTS)) {
      assertThat(FusedSurvey.of(backend.fused()))
          .filteredOn(answer -> answer.operation().equals("layer norm"))
          .extracting(FusedAnswer::describe)
          .containsExactly("fused");
    }
  }

  @Test
  void aBackendThatThrowsWhenAskedDoesNotFuse() {
    FusedKernels broken =
        new FusedKernels() {
          @Override
          public Support<AttentionKernel> attention(AttentionSpec spec) {
            throw new IllegalStateException("no idea");
          }
        };
    assertThat(FusedSurvey.of(broken).getFirst().describe())
        .contains("composed: the backend threw", "no idea");
  }

  private static void assertCovers(Class<?> sealed, List<?> asked) {
    Set<Class<?>> classes = asked.stream().map(Object::getClass).collect(Collectors.toSet());
    assertThat(classes)
        .containsExactlyInAnyOrderElementsOf(Arrays.asList(sealed.getPermittedSubclasses()));
  }
}
