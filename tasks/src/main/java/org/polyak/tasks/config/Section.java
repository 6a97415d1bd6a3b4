package org.polyak.tasks.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigUtil;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.polyak.nn.session.NearestName;
import org.polyak.tasks.UserException;

/**
 * Reads typed values below one key. Every error names the key, where its value came from and what
 * would be valid. Remembers which keys were read.
 */
final class Section {
  private final Config config;
  private final String prefix;
  private final Set<String> read;

  private Section(Config config, String prefix, Set<String> read) {
    this.config = config;
    this.prefix = prefix;
    this.read = read;
  }

  /** The root of all settings; the paths of the values read are added to {@code read}. */
  static Section root(Config config, Set<String> read) {
    return new Section(config, "", read);
  }

  Section section(String key) {
    return new Section(config.getConfig(key), prefix + key + ".", read);
  }

  String string(String key) {
    return get(key, "text", () -> config.getString(key));
  }

  boolean flag(String key) {
    return get(key, "true or false", () -> config.getBoolean(key));
  }

  double number(String key, Bounds bounds) {
    double value = get(key, bounds.toString(), () -> config.getDouble(key));
    if (!bounds.allow(value)) {
      throw invalid(key, bounds.toString());
    }
    return value;
  }

  int integer(String key, int least) {
    return integer(key, least, Integer.MAX_VALUE);
  }

  int integer(String key, int least, int most) {
    String expected =
        most == Integer.MAX_VALUE
            ? "a whole number of at least " + least
            : "a whole number from " + least + " to " + most;
    long value = get(key, expected, () -> config.getLong(key));
    if (value < least || value > most || value != config.getDouble(key)) {
      throw invalid(key, expected);
    }
    return (int) value;
  }

  long wholeNumber(String key) {
    return get(key, "a whole number", () -> config.getLong(key));
  }

  List<Integer> integers(String key) {
    return get(key, "a list of whole numbers", () -> config.getIntList(key));
  }

  List<String> strings(String key) {
    return get(key, "a list of names", () -> config.getStringList(key));
  }

  /** Every value below this section as text, by key. */
  Map<String, String> texts() {
    Map<String, String> texts = new TreeMap<>();
    for (String key : config.root().keySet()) {
      texts.put(key, string(ConfigUtil.joinPath(key)));
    }
    return texts;
  }

  /** A constant of an enum, written in lower case with hyphens. */
  <E extends Enum<E>> E oneOf(String key, Class<E> type) {
    List<String> names = Arrays.stream(type.getEnumConstants()).map(Section::name).toList();
    String name = oneOf(key, names);
    return Enum.valueOf(type, name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** One of some names. */
  String oneOf(String key, List<String> names) {
    String name = string(key);
    if (!names.contains(name)) {
      throw new UserException.Usage(
          "%s has no value '%s' (from %s).%s Valid: %s."
              .formatted(
                  prefix + key,
                  name,
                  origin(key),
                  NearestName.question(name, names),
                  String.join(", ", names)));
    }
    return name;
  }

  /** Where a value came from, for messages. */
  String origin(String key) {
    return describe(config.getValue(key).origin());
  }

  /** The error for a value that is readable but impossible. */
  UserException.Usage invalid(String key, String expected) {
    return new UserException.Usage(
        "%s must be %s, not %s (from %s)."
            .formatted(prefix + key, expected, config.getValue(key).unwrapped(), origin(key)));
  }

  /** File and line of a value, or the name of its other source. */
  static String describe(ConfigOrigin origin) {
    if (origin.filename() != null) {
      return origin.filename() + ", line " + origin.lineNumber();
    }
    return origin.description().replaceFirst(": \\d+$", "");
  }

  /** A constant as it is written in a configuration. */
  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private <T> T get(String key, String expected, Supplier<T> getter) {
    read.add(prefix + key);
    try {
      return getter.get();
    } catch (ConfigException.WrongType | ConfigException.BadValue e) {
      throw invalid(key, expected);
    }
  }
}
