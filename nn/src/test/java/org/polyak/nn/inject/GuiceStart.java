package org.polyak.nn.inject;

import com.google.inject.Guice;
import com.google.inject.Injector;
import org.polyak.nn.session.BackendSettings;
import org.polyak.nn.session.Session;
import org.polyak.spi.BackendOptions;

/** A program assembled by Guice, started in a JVM of its own by {@link BackendModuleTest}. */
public final class GuiceStart {
  private GuiceStart() {}

  /** Opens the built-in backend and prints the line about it. */
  public static void main(String[] arguments) {
    Injector injector =
        Guice.createInjector(new BackendModule(BackendSettings.NONE, BackendOptions.DEFAULTS));
    try (Session session = injector.getInstance(Session.class)) {
      System.out.println(session.describe());
    }
  }
}
