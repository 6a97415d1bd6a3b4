package org.polyak.tasks.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeSet;
import org.polyak.tasks.Suggestion;
import org.polyak.tasks.UserException;

/** The settings that come with the program: defaults, tasks, presets and variants. */
final class BuiltIn {
  private static final List<String> SET_BY_VARIANT = List.of("attention", "connection");
  private static final List<String> SET_BY_PRESET =
      List.of("task", "model", "optimizer", "schedule", "train", "generate");
  private static final String ORIGIN = "the built-in settings";

  private final Config reference;

  private BuiltIn(Config reference) {
    this.reference = reference;
  }

  /** Reads them from the program's own resources. */
  static BuiltIn load() {
    try (InputStream in = BuiltIn.class.getResourceAsStream("reference.conf")) {
      if (in == null) {
        throw new IllegalStateException("reference.conf is not beside " + BuiltIn.class);
      }
      return new BuiltIn(
          ConfigFactory.parseReader(
              new InputStreamReader(in, StandardCharsets.UTF_8),
              ConfigParseOptions.defaults().setOriginDescription(ORIGIN)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names of all tasks. */
  List<String> tasks() {
    return names("tasks");
  }

  /** The names of a task's presets. */
  List<String> presets(String task) {
    return names("tasks." + task + ".presets");
  }

  /** The names of all variants. */
  List<String> variants() {
    return names("variants");
  }

  /** Fails unless there is a task with this name. */
  void requireTask(String task, String origin) {
    require("task", task, origin, tasks());
  }

  /** All settings of a task before any preset or variant. */
  Config defaults(String task) {
    Config ofTask = reference.getConfig("tasks." + task);
    return ofTask
        .withoutPath("presets")
        .withoutPath("variants")
        .withFallback(reference.getConfig("defaults"));
  }

  /** A preset: complete in the sections that presets set, so that nothing of another one stays. */
  Config preset(String task, String preset, String origin) {
    require("preset for the task " + task, preset, origin, presets(task));
    return named("preset", preset, origin)
        .withFallback(reference.getConfig("tasks." + task + ".presets." + preset))
        .withFallback(only(defaults(task), SET_BY_PRESET));
  }

  /** A variant: complete in the sections that variants set. */
  Config variant(String task, String variant, String origin) {
    require("variant", variant, origin, variants());
    Config result = named("variant", variant, origin);
    String ofTask = "tasks." + task + ".variants." + variant;
    if (reference.hasPath(ofTask)) {
      result = result.withFallback(reference.getConfig(ofTask));
    }
    return result
        .withFallback(reference.getConfig("variants." + variant))
        .withFallback(only(defaults(task), SET_BY_VARIANT));
  }

  private List<String> names(String path) {
    return List.copyOf(new TreeSet<>(reference.getConfig(path).root().keySet()));
  }

  private static Config named(String key, String value, String origin) {
    return ConfigFactory.empty().withValue(key, ConfigValueFactory.fromAnyRef(value, origin));
  }

  private static Config only(Config config, List<String> keys) {
    Config result = ConfigFactory.empty();
    for (String key : keys) {
      result = result.withValue(key, config.getValue(key));
    }
    return result;
  }

  private static void require(String what, String name, String origin, List<String> names) {
    if (!names.contains(name)) {
      throw new UserException.Usage(
          "There is no %s '%s' (from %s). %s"
              .formatted(what, name, origin, Suggestion.hint(name, names)));
    }
  }
}
