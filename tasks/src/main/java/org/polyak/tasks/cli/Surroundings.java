package org.polyak.tasks.cli;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Properties;

/**
 * What a command knows of the process that it runs in.
 *
 * @param terminal where it prints
 * @param properties of the JVM
 * @param environment of the process
 * @param workingFolder which relative paths start from
 * @param home the user's folder
 * @param clock names new runs
 */
public record Surroundings(
    Terminal terminal,
    Properties properties,
    Map<String, String> environment,
    Path workingFolder,
    Path home,
    InstantSource clock) {
  /** Those of this process. */
  public static Surroundings ofProcess() {
    return new Surroundings(
        Terminal.ofProcess(),
        System.getProperties(),
        System.getenv(),
        Path.of(""),
        Path.of(System.getProperty("user.home")),
        InstantSource.system());
  }
}
