package com.example.counting;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Provider;
import java.nio.file.Path;
import org.polyak.nn.inject.BackendModule;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.session.BackendSettings;
import org.polyak.nn.session.Session;
import org.polyak.spi.BackendOptions;

/** Starts {@link Counting} with Guice. */
public final class Guiced {
  private Guiced() {}

  /** The argument is the file for the model. */
  public static void main(String[] arguments) {
    BackendSettings settings = BackendSettings.ofProcess(null, null);
    Injector injector =
        Guice.createInjector(
            new BackendModule(settings, BackendOptions.DEFAULTS),
            binder -> {
              Provider<Engine> engine = binder.getProvider(Engine.class);
              binder.bind(Counting.class).toProvider(() -> new Counting(engine.get()));
            });
    try (Session session = injector.getInstance(Session.class)) {
      injector.getInstance(Counting.class).run(Path.of(arguments[0]));
      System.out.println(session.describe());
    }
  }
}
