package org.polyak.bench.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** The versions of the libraries that this module was built for. */
public final class Versions {
  private static final String FILE = "versions.properties";

  private Versions() {}

  /**
   * The version of a library.
   *
   * @param library as the build calls it
   */
  public static String of(String library) {
    Properties versions = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream(FILE)) {
      versions.load(Objects.requireNonNull(in, FILE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Objects.requireNonNull(versions.getProperty(library), library);
  }
}
