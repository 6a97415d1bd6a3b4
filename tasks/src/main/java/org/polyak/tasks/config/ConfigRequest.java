package org.polyak.tasks.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * All places that settings come from, strongest first: the command line, system properties, the
 * environment, and one file, which is {@code --config FILE} or else {@code application.conf} in the
 * working folder.
 *
 * @param options named options of the command line
 * @param assignments values of {@code --set}
 * @param properties of the JVM
 * @param environment of the process
 * @param file from {@code --config}
 * @param workingFolder where {@code application.conf} may be
 */
public record ConfigRequest(
    List<Option> options,
    List<String> assignments,
    Properties properties,
    Map<String, String> environment,
    Optional<Path> file,
    Path workingFolder) {
  /**
   * A named option that stands for a setting.
   *
   * @param key of the setting
   * @param name of the option, for messages
   * @param value text or number
   */
  public record Option(String key, String name, Object value) {}

  /** The same places with one more option. */
  public ConfigRequest with(Option option) {
    List<Option> more = new ArrayList<>(options);
    more.add(option);
    return new ConfigRequest(
        List.copyOf(more), assignments, properties, environment, file, workingFolder);
  }
}
