package org.polyak.nn.inject;

import com.google.inject.AbstractModule;
import com.google.inject.Key;
import com.google.inject.Provider;
import com.google.inject.Scopes;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.Multibinder;
import java.util.Set;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.session.BackendRegistry;
import org.polyak.nn.session.BackendSelector;
import org.polyak.nn.session.BackendSettings;
import org.polyak.nn.session.Session;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;

/**
 * Binds {@link BackendRegistry}, {@link BackendSelector}, {@link Session}, {@link Backend} and
 * {@link Engine}, each once per injector. The registry holds the providers that {@link
 * java.util.ServiceLoader} finds, and those that other modules contribute:
 *
 * <pre>{@code
 * Multibinder.newSetBinder(binder(), BackendProvider.class).addBinding().toInstance(mine);
 * }</pre>
 *
 * <p>A contributed provider takes the place of a found one with the same id. The session opens when
 * it, the backend or the engine is first asked for; whoever made the injector closes it.
 *
 * <p>All bindings are instances and lambdas: Guice then generates no classes, which is what makes
 * recent JDKs warn.
 */
public final class BackendModule extends AbstractModule {
  private final BackendSettings settings;
  private final BackendOptions options;

  /**
   * A module for one choice of backend.
   *
   * @param settings who asked for what
   * @param options handed to the chosen backend
   */
  public BackendModule(BackendSettings settings, BackendOptions options) {
    this.settings = settings;
    this.options = options;
  }

  @Override
  protected void configure() {
    Multibinder.newSetBinder(binder(), BackendProvider.class);
    Provider<Set<BackendProvider>> contributed =
        getProvider(Key.get(new TypeLiteral<Set<BackendProvider>>() {}));
    bind(BackendSettings.class).toInstance(settings);
    bind(BackendOptions.class).toInstance(options);
    bind(BackendRegistry.class)
        .toProvider(() -> BackendRegistry.discover().withReplacements(contributed.get()))
        .in(Scopes.SINGLETON);
    Provider<BackendRegistry> registry = getProvider(BackendRegistry.class);
    bind(BackendSelector.class)
        .toProvider(() -> new BackendSelector(registry.get(), options))
        .in(Scopes.SINGLETON);
    Provider<BackendSelector> selector = getProvider(BackendSelector.class);
    bind(Session.class)
        .toProvider(() -> Session.open(selector.get(), settings))
        .in(Scopes.SINGLETON);
    Provider<Session> session = getProvider(Session.class);
    bind(Backend.class).toProvider(() -> session.get().backend());
    bind(Engine.class).toProvider(() -> session.get().engine());
  }
}
