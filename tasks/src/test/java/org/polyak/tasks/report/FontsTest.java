package org.polyak.tasks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.polyak.tasks.UserException;

class FontsTest {
  @Test
  void aMachineWithoutFontsIsToldWhatToInstall() {
    assertThatThrownBy(() -> Fonts.require(List.of()))
        .isInstanceOf(UserException.Output.class)
        .hasMessageContaining("no fonts")
        .hasMessageContaining("fontconfig");
  }

  @Test
  void aMachineWithFontsMayDraw() {
    assertThat(Fonts.families()).isNotEmpty();
    assertThatCode(() -> Fonts.require(Fonts.families())).doesNotThrowAnyException();
  }
}
