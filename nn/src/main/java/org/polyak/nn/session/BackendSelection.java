package org.polyak.nn.session;

import org.polyak.spi.BackendProvider;

/**
 * A backend that was chosen.
 *
 * @param provider what opens it
 * @param setting the setting that led to it
 * @param reason for {@link BackendSelector#AUTO}: why this one, as half a sentence; else empty
 */
public record BackendSelection(BackendProvider provider, BackendSetting setting, String reason) {
  /** The origin of the choice in words, such as {@code from -Dpolyak.backend}. */
  public String describe() {
    return reason.isEmpty()
        ? "from " + setting.origin()
        : "chosen by auto from %s: %s".formatted(setting.origin(), reason);
  }
}
