package org.polyak.bench.measure;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.session.BackendRegistry;
import org.polyak.nn.session.BackendSelectionException;
import org.polyak.nn.session.BackendSelector;
import org.polyak.nn.session.BackendSettings;
import org.polyak.nn.session.Session;
import org.polyak.spi.BackendOptions;

/**
 * A backend with its settings, in a form that travels to another process.
 *
 * @param backend id; null leaves the choice to system property, environment and built-in default
 * @param options settings of the backend; no value has a line break
 */
public record BackendRequest(@Nullable String backend, Map<String, String> options) {
  /** Copies the map, keeping its order. */
  public BackendRequest {
    options = new LinkedHashMap<>(options);
  }

  /** Reads back what {@link #optionText} wrote. */
  static BackendRequest ofText(String backend, String optionText) {
    Map<String, String> options = new LinkedHashMap<>();
    optionText
        .lines()
        .forEach(line -> {
          int sign = line.indexOf('=');
          options.put(line.substring(0, sign), line.substring(sign + 1));
        });
    return new BackendRequest(backend, options);
  }

  /** The settings, a line {@code NAME=VALUE} each. */
  public String optionText() {
    return options.entrySet().stream()
        .map(option -> option.getKey() + "=" + option.getValue())
        .collect(Collectors.joining("\n"));
  }

  /** Where the choice of the backend came from, in words. */
  public String origin() {
    return "from " + BackendSettings.ofProcess(backend, null).resolve().origin();
  }

  /**
   * Opens the backend.
   *
   * @throws BackendSelectionException when it is unknown or cannot start
   * @throws IllegalArgumentException for a setting that the backend refuses
   */
  public Session open() {
    BackendSelector selector =
        new BackendSelector(BackendRegistry.discover(), BackendOptions.of(options));
    return Session.open(selector, BackendSettings.ofProcess(backend, null));
  }
}
