package org.polyak.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BackendOptionsTest {
  @Test
  void integersAreCheckedAgainstTheirBounds() {
    BackendOptions options = BackendOptions.of(Map.of("threads", "3", "width", "wide"));
    assertThat(options.integer("threads", 1, 1, 8)).isEqualTo(3);
    assertThat(options.integer("absent", 7, 1, 8)).isEqualTo(7);
    assertThatThrownBy(() -> options.integer("threads", 1, 4, 8))
        .hasMessage("Backend option 'threads' must be an integer from 4 to 8, not '3'.");
    assertThatThrownBy(() -> options.integer("width", 1, 1, 8)).hasMessageContaining("'wide'");
  }

  @Test
  void unknownOptionsAreRefusedByName() {
    assertThatThrownBy(() ->
            BackendOptions.of(Map.of("thread", "3")).requireKnown(Set.of("threads", "device")))
        .hasMessage("Unknown backend option 'thread'. Known options: device, threads.");
  }
}
