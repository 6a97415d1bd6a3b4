package org.polyak.tasks.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import org.polyak.tasks.UserException;

/** Reads settings, relative to {@code polyak}, from each place where they may stand. */
final class ConfigSource {
  private static final String ROOT = "polyak";
  private static final String PROPERTY_PREFIX = ROOT + ".";

  private ConfigSource() {}

  /**
   * A HOCON file with the settings below {@code polyak}.
   *
   * @param file the file
   * @param shared whether other programs may have settings in it too
   * @throws UserException.Usage when it cannot be read or parsed, or has no such settings
   */
  static Config file(Path file, boolean shared) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new UserException.Usage(
          "The configuration file %s does not exist or cannot be read. Name another with --config."
              .formatted(file));
    }
    try {
      Config parsed =
          ConfigFactory.parseFile(
                  file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
              .resolve();
      for (String key : parsed.root().keySet()) {
        if (!shared && !key.equals(ROOT)) {
          throw new UserException.Usage(
              "Unknown setting '%s' (from %s). Settings of Polyak stand below '%s'."
                  .formatted(key, Section.describe(parsed.getValue(key).origin()), ROOT));
        }
      }
      return parsed.hasPath(ROOT) ? parsed.getConfig(ROOT) : ConfigFactory.empty();
    } catch (ConfigException e) {
      throw new UserException.Usage(
          "The configuration file %s cannot be used: %s.".formatted(file, e.getMessage()), e);
    }
  }

  /** The environment: {@code POLYAK_BACKEND}, and nothing else. */
  static Config environment(Map<String, String> environment) {
    String backend = environment.getOrDefault("POLYAK_BACKEND", "").strip();
    return backend.isEmpty()
        ? ConfigFactory.empty()
        : single("backend", backend, "the environment variable POLYAK_BACKEND");
  }

  /**
   * System properties {@code polyak.KEY} for the settings that exist. Others below {@code polyak.}
   * belong to backends and tools and are left to them.
   */
  static Config properties(Properties properties, Schema schema) {
    Config config = ConfigFactory.empty();
    for (String name : new TreeSet<>(properties.stringPropertyNames())) {
      String key = name.startsWith(PROPERTY_PREFIX) ? name.substring(PROPERTY_PREFIX.length()) : "";
      if (isPath(key) && schema.has(key)) {
        config = parse(key, properties.getProperty(name), "-D" + name, schema).withFallback(config);
      }
    }
    return config;
  }

  /** Settings {@code key=value} from the command line; the last of equal keys wins. */
  static Config assignments(List<String> assignments, Schema schema) {
    Config config = ConfigFactory.empty();
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      String key = equals < 0 ? "" : assignment.substring(0, equals).strip();
      if (!isPath(key)) {
        throw new UserException.Usage(
            "--set needs key=value, for example --set attention.beta=0.9, not '%s'."
                .formatted(assignment));
      }
      String value = assignment.substring(equals + 1).strip();
      config = parse(key, value, "--set " + assignment, schema).withFallback(config);
    }
    return config;
  }

  /** One setting. */
  static Config single(String key, Object value, String origin) {
    return ConfigFactory.empty().withValue(key, ConfigValueFactory.fromAnyRef(value, origin));
  }

  /** Text stays text where the setting is text: paths and names need no quotes. */
  private static Config parse(String key, String text, String origin, Schema schema) {
    if (!schema.isText(key)) {
      try {
        return ConfigFactory.parseString(
                key + " = " + text, ConfigParseOptions.defaults().setOriginDescription(origin))
            .resolve();
      } catch (ConfigException e) {
        // Not HOCON: taken as text, which the setting's own type then refuses with its origin.
        return single(key, text, origin);
      }
    }
    return single(key, text, origin);
  }

  private static boolean isPath(String key) {
    try {
      return !ConfigUtil.splitPath(key).isEmpty();
    } catch (ConfigException e) {
      return false;
    }
  }
}
