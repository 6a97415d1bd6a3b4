package org.polyak.tasks.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.polyak.nn.session.NearestName;
import org.polyak.tasks.UserException;

/**
 * Which settings a task has.
 *
 * @param task its name
 * @param known every setting with a value of its type
 */
record Schema(String task, Config known) {
  /** Below this, a backend decides what exists. */
  private static final String FREE = "backend-options.";

  /** The paths of all settings, in alphabetical order. */
  List<String> paths() {
    return known.entrySet().stream().map(Map.Entry::getKey).sorted().toList();
  }

  boolean has(String path) {
    return path.startsWith(FREE)
        || (known.hasPath(path) && known.getValue(path).valueType() != ConfigValueType.OBJECT);
  }

  boolean isText(String path) {
    return path.startsWith(FREE)
        || (known.hasPath(path) && known.getValue(path).valueType() == ConfigValueType.STRING);
  }

  /**
   * Fails on a setting that the task does not have.
   *
   * @throws UserException.Usage that says where it stands and what was probably meant
   */
  void check(Config settings) {
    settings.entrySet().stream()
        .filter(entry -> !has(entry.getKey()))
        .min(Map.Entry.comparingByKey())
        .ifPresent(entry -> {
          throw unknown(entry.getKey(), entry.getValue());
        });
  }

  private UserException.Usage unknown(String path, ConfigValue value) {
    return new UserException.Usage(
        "The task %s has no setting '%s' (from %s). %s"
            .formatted(task, path, Section.describe(value.origin()), hint(path)));
  }

  private String hint(String path) {
    List<String> paths = paths();
    List<String> members = paths.stream().filter(p -> p.startsWith(path + ".")).toList();
    if (!members.isEmpty()) {
      return "Its settings are " + String.join(", ", members) + ".";
    }
    Optional<String> meant =
        paths.stream()
            .filter(p -> lastName(p).equals(lastName(path)))
            .findFirst()
            .or(() -> NearestName.of(path, paths))
            .or(() ->
                NearestName.of(lastName(path), paths.stream().map(Schema::lastName).toList())
                    .flatMap(n -> paths.stream().filter(p -> lastName(p).equals(n)).findFirst()));
    return meant
        .map(nearest -> "Did you mean '" + nearest + "'?")
        .orElseGet(() -> "Its settings are " + String.join(", ", paths) + ".");
  }

  private static String lastName(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }
}
