package com.example.counting;

import java.nio.file.Path;
import org.polyak.nn.session.BackendSettings;
import org.polyak.nn.session.Session;
import org.polyak.spi.BackendOptions;

/** Starts {@link Counting} with plain constructors. */
public final class Plain {
  private Plain() {}

  /** The argument is the file for the model. */
  public static void main(String[] arguments) {
    BackendSettings settings = BackendSettings.ofProcess(null, null);
    try (Session session = Session.open(settings, BackendOptions.DEFAULTS)) {
      new Counting(session.engine()).run(Path.of(arguments[0]));
      System.out.println(session.describe());
    }
  }
}
