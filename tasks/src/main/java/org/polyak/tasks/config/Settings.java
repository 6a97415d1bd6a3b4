package org.polyak.tasks.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigRenderOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.polyak.tasks.UserException;

/**
 * Complete settings of one run: typed, with the text that reproduces them. Obtained with {@link
 * #resolve}.
 */
public final class Settings {
  private static final String APPLICATION_FILE = "application.conf";
  private static final String DATA_DIR = "data-dir";
  private static final String DEFAULT_PRESET = "quick";
  private static final String DEFAULT_VARIANT = "momentum";

  private final RunConfig run;
  private final List<String> compared;
  private final Config complete;
  private final Set<String> withoutEffect;

  private Settings(
      RunConfig run, List<String> compared, Config complete, Set<String> withoutEffect) {
    this.run = run;
    this.compared = compared;
    this.complete = complete;
    this.withoutEffect = withoutEffect;
  }

  /**
   * Puts all sources together. A source that names a preset or a variant replaces what weaker
   * sources set in the sections of presets or variants; its own settings change single values.
   *
   * @throws UserException.Usage for an unknown name or an impossible value, with its origin
   */
  public static Settings resolve(ConfigRequest request) {
    BuiltIn builtIn = BuiltIn.load();
    Config file = file(request);
    Config named = ConfigFactory.empty();
    for (ConfigRequest.Option option : request.options()) {
      named = named.withFallback(ConfigSource.single(option.key(), option.value(), option.name()));
    }
    String task = task(builtIn, named.withFallback(file));
    Schema schema = schema(builtIn, task);
    Config commandLine =
        named.withFallback(ConfigSource.assignments(request.assignments(), schema));
    List<Config> weakestFirst =
        List.of(
            file,
            ConfigSource.environment(request.environment()),
            ConfigSource.properties(request.properties(), schema),
            commandLine);
    Config complete = start(builtIn, task);
    for (Config source : weakestFirst) {
      schema.check(source);
      complete = overlay(builtIn, task, source).withFallback(complete);
    }
    return decode(builtIn, complete, commandLine);
  }

  /** The names of all tasks. */
  public static List<String> tasks() {
    return BuiltIn.load().tasks();
  }

  /** The names of all variants. */
  public static List<String> variants() {
    return BuiltIn.load().variants();
  }

  /** The names of a task's presets. */
  public static List<String> presets(String task) {
    return BuiltIn.load().presets(task);
  }

  /** Where data sets are looked for first, for commands without a task; empty when not set. */
  public static String dataDir(ConfigRequest request) {
    Config file = file(request);
    String fromFile = file.hasPath(DATA_DIR) ? text(file, DATA_DIR) : "";
    return request.properties().getProperty("polyak." + DATA_DIR, fromFile);
  }

  /** The typed settings. */
  public RunConfig run() {
    return run;
  }

  /** The variants that a comparison trains. */
  public List<String> compared() {
    return compared;
  }

  /**
   * The settings of the command line that nothing reads, such as the momentum of a softmax
   * attention.
   */
  public Set<String> withoutEffect() {
    return withoutEffect;
  }

  /**
   * Fails when a setting of the command line has no effect.
   *
   * @throws UserException.Usage naming it
   */
  public void requireEffect() {
    withoutEffect.stream()
        .findFirst()
        .ifPresent(path -> {
          throw withoutEffect(path, "the variant '" + run.variant() + "'");
        });
  }

  /** The error for a setting of the command line that nothing reads. */
  public static UserException.Usage withoutEffect(String path, String where) {
    return new UserException.Usage(
        ("The setting %s has no effect with %s and the other settings of this run. Leave it out, or"
                + " choose a variant or kind that reads it.")
            .formatted(path, where));
  }

  /** A HOCON file that gives the same settings again, with {@code --config}. */
  public String render() {
    ConfigOrigin uncommented = complete.origin().withComments(List.of());
    return ConfigFactory.empty()
        .withValue("polyak", complete.root().withOrigin(uncommented))
        .root()
        .render(ConfigRenderOptions.defaults().setOriginComments(false).setJson(false));
  }

  private static Config file(ConfigRequest request) {
    if (request.file().isPresent()) {
      return ConfigSource.file(request.file().get(), false);
    }
    Path application = request.workingFolder().resolve(APPLICATION_FILE);
    return Files.exists(application) ? ConfigSource.file(application, true) : ConfigFactory.empty();
  }

  private static String task(BuiltIn builtIn, Config sources) {
    if (!sources.hasPath("task.name")) {
      throw new UserException.Usage(
          "No task is named. Give one of %s, or a --config FILE that names one."
              .formatted(String.join(", ", builtIn.tasks())));
    }
    try {
      String task = sources.getString("task.name");
      builtIn.requireTask(task, Section.describe(sources.getValue("task.name").origin()));
      return task;
    } catch (ConfigException.WrongType e) {
      throw new UserException.Usage("task.name must be text: %s.".formatted(e.getMessage()), e);
    }
  }

  private static Schema schema(BuiltIn builtIn, String task) {
    return new Schema(task, start(builtIn, task));
  }

  private static Config start(BuiltIn builtIn, String task) {
    return builtIn
        .variant(task, DEFAULT_VARIANT, "the built-in default")
        .withFallback(builtIn.preset(task, DEFAULT_PRESET, "the built-in default"))
        .withFallback(builtIn.defaults(task));
  }

  private static Config overlay(BuiltIn builtIn, String task, Config source) {
    Config result = source;
    if (source.hasPath("variant")) {
      result =
          result.withFallback(
              builtIn.variant(task, text(source, "variant"), origin(source, "variant")));
    }
    if (source.hasPath("preset")) {
      result =
          result.withFallback(
              builtIn.preset(task, text(source, "preset"), origin(source, "preset")));
    }
    return result;
  }

  private static String text(Config source, String key) {
    return Section.root(source, new TreeSet<>()).string(key);
  }

  private static String origin(Config source, String key) {
    return Section.describe(source.getValue(key).origin());
  }

  private static Settings decode(BuiltIn builtIn, Config complete, Config commandLine) {
    Set<String> read = new TreeSet<>();
    Section root = Section.root(complete, read);
    RunConfig run = Decoder.decode(root);
    List<String> compared = root.section("compare").strings("variants");
    String origin = root.section("compare").origin("variants");
    compared.forEach(variant -> builtIn.variant(run.task().name(), variant, origin));
    Set<String> withoutEffect = new TreeSet<>();
    commandLine.entrySet().forEach(entry -> withoutEffect.add(entry.getKey()));
    withoutEffect.removeAll(read);
    return new Settings(run, List.copyOf(compared), complete, Set.copyOf(withoutEffect));
  }
}
