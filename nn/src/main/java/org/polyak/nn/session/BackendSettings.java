package org.polyak.nn.session;

import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The places that may name a backend, in order of precedence: command line, system property {@value
 * #PROPERTY}, environment variable {@value #VARIABLE}, configuration file, and the built-in {@value
 * #BUILT_IN}. Blank values count as absent.
 *
 * @param commandLine value of the option {@code --backend}
 * @param systemProperty value of the system property
 * @param environment value of the environment variable
 * @param configuration what the configuration file says
 */
public record BackendSettings(
    @Nullable String commandLine,
    @Nullable String systemProperty,
    @Nullable String environment,
    @Nullable BackendSetting configuration) {
  /** The backend that is used when nothing else is asked for. */
  public static final String BUILT_IN = "cpu-simd";

  /** Name of the system property. */
  public static final String PROPERTY = "polyak.backend";

  /** Name of the environment variable. */
  public static final String VARIABLE = "POLYAK_BACKEND";

  /** No setting anywhere: the built-in backend. */
  public static final BackendSettings NONE = new BackendSettings(null, null, null, null);

  /**
   * The settings of this process.
   *
   * @param commandLine value of the option, when given
   * @param configuration what the configuration says, with its origin such as {@code
   *     application.conf: 3}, when it says something
   */
  public static BackendSettings ofProcess(
      @Nullable String commandLine, @Nullable BackendSetting configuration) {
    return of(commandLine, System.getProperties(), System.getenv(), configuration);
  }

  /** As {@link #ofProcess}, from given properties and variables. */
  static BackendSettings of(
      @Nullable String commandLine,
      Properties properties,
      Map<String, String> variables,
      @Nullable BackendSetting configuration) {
    return new BackendSettings(
        commandLine, properties.getProperty(PROPERTY), variables.get(VARIABLE), configuration);
  }

  /** The setting that wins. */
  public BackendSetting resolve() {
    if (commandLine != null && !commandLine.isBlank()) {
      return new BackendSetting(commandLine.strip(), "--backend");
    }
    if (systemProperty != null && !systemProperty.isBlank()) {
      return new BackendSetting(systemProperty.strip(), "-D" + PROPERTY);
    }
    if (environment != null && !environment.isBlank()) {
      return new BackendSetting(environment.strip(), "environment variable " + VARIABLE);
    }
    if (configuration != null && !configuration.id().isBlank()) {
      return configuration;
    }
    return new BackendSetting(BUILT_IN, "built-in default");
  }
}
