package org.polyak.conformance.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where golden files lie: the directory that the system property {@value #PROPERTY} names. They are
 * not part of this repository.
 *
 * @param path an existing directory
 */
public record GoldenDirectory(Path path) {
  /** The system property that names the directory. */
  public static final String PROPERTY = "polyak.golden";

  /** The system property that, when {@code true}, makes an absent directory an error. */
  public static final String REQUIRED_PROPERTY = "polyak.golden.required";

  /**
   * The directory, or empty when there is none and none is required.
   *
   * @throws IllegalStateException when there is none although {@value #REQUIRED_PROPERTY} is true
   */
  public static Optional<GoldenDirectory> find() {
    String setting = System.getProperty(PROPERTY, "");
    if (!setting.isEmpty() && Files.isDirectory(Path.of(setting))) {
      return Optional.of(new GoldenDirectory(Path.of(setting)));
    }
    if (Boolean.getBoolean(REQUIRED_PROPERTY)) {
      throw new IllegalStateException(
          absence() + " -D" + REQUIRED_PROPERTY + "=true demands them.");
    }
    return Optional.empty();
  }

  /** Says that, why, and what to do when {@link #find} is empty. */
  public static String absence() {
    String setting = System.getProperty(PROPERTY, "");
    String reason =
        setting.isEmpty() ? "is not set" : "names '" + setting + "', which is no directory";
    return "No golden vectors: -D%s %s. Set it to the directory of golden .safetensors files."
        .formatted(PROPERTY, reason);
  }

  /** Its golden files, by name. */
  public List<Path> files() {
    try (Stream<Path> all = Files.list(path)) {
      return all.filter(p -> p.getFileName().toString().endsWith(".safetensors")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot list the golden files in " + path + ".", e);
    }
  }
}
