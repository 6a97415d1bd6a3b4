package org.polyak.spi;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Settings for a backend, as text: {@code threads}, {@code precision}, {@code device}, {@code
 * profile} ({@code true}: {@link Backend#profile} is to have device times) and whatever the backend
 * documents. Immutable.
 */
public final class BackendOptions {
  /** No setting at all: the backend's defaults. */
  public static final BackendOptions DEFAULTS = new BackendOptions(Map.of());

  private final Map<String, String> values;

  private BackendOptions(Map<String, String> values) {
    this.values = new TreeMap<>(values);
  }

  /** From names and values. */
  public static BackendOptions of(Map<String, String> values) {
    return new BackendOptions(values);
  }

  /** The value of a setting, when given. */
  public Optional<String> get(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /**
   * An integer setting.
   *
   * @throws IllegalArgumentException when the value is no integer within the bounds
   */
  public int integer(String name, int fallback, int least, int most) {
    String text = values.get(name);
    if (text == null) {
      return fallback;
    }
    try {
      int value = Integer.parseInt(text.strip());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through to the one message for every unusable value.
    }
    throw new IllegalArgumentException(
        "Backend option '%s' must be an integer from %d to %d, not '%s'."
            .formatted(name, least, most, text));
  }

  /**
   * Refuses settings that the backend does not know.
   *
   * @throws IllegalArgumentException naming the unknown setting and the known ones
   */
  public void requireKnown(Set<String> known) {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "Unknown backend option '%s'. Known options: %s."
                .formatted(name, String.join(", ", new TreeSet<>(known))));
      }
    }
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
