package org.polyak.nn.session;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.BackendProvider;

/**
 * The providers that can be asked for a backend, by id. Immutable.
 *
 * @param providers in the order of their ids, each id once
 * @param problems a sentence for each provider that was found but cannot be used
 */
public record BackendRegistry(List<BackendProvider> providers, List<String> problems) {
  /** Copies the lists. */
  public BackendRegistry {
    providers = List.copyOf(providers);
    problems = List.copyOf(problems);
  }

  /**
   * Exactly these providers.
   *
   * @throws IllegalArgumentException when two of them have the same id
   */
  public static BackendRegistry of(Collection<BackendProvider> providers) {
    TreeMap<String, BackendProvider> byId = new TreeMap<>();
    for (BackendProvider provider : providers) {
      BackendProvider other = byId.put(provider.id(), provider);
      if (other != null) {
        throw new IllegalArgumentException(
            "Two backends are called '%s': %s and %s. Remove one."
                .formatted(
                    provider.id(), other.getClass().getName(), provider.getClass().getName()));
      }
    }
    return new BackendRegistry(List.copyOf(byId.values()), List.of());
  }

  /**
   * The providers that {@link ServiceLoader} finds: in the module layer of this library, through
   * its class loader, and through the thread's context class loader (for containers whose plug-ins
   * see the library, but not the other way round).
   */
  public static BackendRegistry discover() {
    return discover(
        BackendRegistry.class.getModule().getLayer(),
        BackendRegistry.class.getClassLoader(),
        Thread.currentThread().getContextClassLoader());
  }

  /** These providers in place of those with the same id, and all others of this registry. */
  public BackendRegistry withReplacements(Collection<BackendProvider> replacements) {
    TreeMap<String, BackendProvider> byId = new TreeMap<>();
    providers.forEach(provider -> byId.put(provider.id(), provider));
    of(replacements).providers().forEach(provider -> byId.put(provider.id(), provider));
    return new BackendRegistry(List.copyOf(byId.values()), problems);
  }

  private static BackendRegistry discover(
      @Nullable ModuleLayer layer, @Nullable ClassLoader own, @Nullable ClassLoader context) {
    List<ServiceLoader<BackendProvider>> loaders = new ArrayList<>();
    if (layer != null) {
      loaders.add(ServiceLoader.load(layer, BackendProvider.class));
    }
    loaders.add(ServiceLoader.load(BackendProvider.class, own));
    loaders.add(ServiceLoader.load(BackendProvider.class, context));
    Set<Class<?>> seen = new LinkedHashSet<>();
    TreeMap<String, BackendProvider> byId = new TreeMap<>();
    List<String> problems = new ArrayList<>();
    for (ServiceLoader<BackendProvider> loader : loaders) {
      try (Stream<ServiceLoader.Provider<BackendProvider>> found = loader.stream()) {
        for (ServiceLoader.Provider<BackendProvider> candidate : found.toList()) {
          if (seen.add(candidate.type())) {
            BackendProvider provider = candidate.get();
            BackendProvider other = byId.putIfAbsent(provider.id(), provider);
            if (other != null) {
              problems.add(
                  "Backend '%s' of %s is shadowed by that of %s."
                      .formatted(
                          provider.id(), candidate.type().getName(), other.getClass().getName()));
            }
          }
        }
      } catch (ServiceConfigurationError e) {
        problems.add("A backend could not be loaded: %s.".formatted(e.getMessage()));
      }
    }
    return new BackendRegistry(List.copyOf(byId.values()), Collections.unmodifiableList(problems));
  }
}
