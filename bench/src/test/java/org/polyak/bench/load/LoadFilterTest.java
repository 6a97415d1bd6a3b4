package org.polyak.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class LoadFilterTest {
  private static final LoadId SHORT = new LoadId("attention-forward", "linear", "1x8x256x32");
  private static final LoadId LONG = new LoadId("attention-forward", "linear", "1x8x512x32");
  private static final LoadId OTHER = new LoadId("attention-forward", "momentum", "1x8x256x32");
  private static final List<List<LoadId>> CURVES = List.of(List.of(SHORT, LONG), List.of(OTHER));

  @Test
  void keepsLoadsThatHoldAnyOfTheTextsInTheirCurves() {
    assertThat(filtered("x256x")).containsExactly(List.of(SHORT), List.of(OTHER));
    assertThat(filtered("linear 1x8x512", "momentum"))
        .containsExactly(List.of(LONG), List.of(OTHER));
  }

  @Test
  void leavesOutCurvesWithoutLoads() {
    assertThat(filtered("linear")).containsExactly(List.of(SHORT, LONG));
  }

  @Test
  void letsAllThroughWithoutTexts() {
    assertThat(filtered()).isEqualTo(CURVES);
  }

  @Test
  void namesTheLoadsWhenATextIsInNone() {
    assertThatThrownBy(() -> filtered("linear", "softmax"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "no load has 'softmax' in its name. There are: %s, %s, %s.", SHORT, LONG, OTHER);
  }

  private static List<List<LoadId>> filtered(String... texts) {
    return new LoadFilter(List.of(texts)).of(CURVES);
  }
}
