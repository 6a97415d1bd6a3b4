package org.polyak.nn.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.BackendUnavailableException;
import org.polyak.spi.Probe;

/**
 * Chooses and opens a backend. A backend that was named is opened or the run fails with reason and
 * remedy; nothing silently takes its place. {@link #AUTO} must be asked for.
 */
public final class BackendSelector {
  /** The id that asks for the best backend that can start here. */
  public static final String AUTO = "auto";

  private final BackendRegistry registry;
  private final BackendOptions options;

  /**
   * A selector.
   *
   * @param registry the backends to choose from
   * @param options handed to the chosen backend
   */
  public BackendSelector(BackendRegistry registry, BackendOptions options) {
    this.registry = registry;
    this.options = options;
  }

  /**
   * Finds the provider of a setting, without opening anything.
   *
   * @throws BackendSelectionException when the id is unknown, the provider was built for another
   *     version of the contract, or none can start
   */
  public BackendSelection select(BackendSetting setting) {
    if (setting.id().equals(AUTO)) {
      return selectAutomatically(setting);
    }
    BackendProvider provider = find(setting);
    if (provider.spiVersion() != BackendProvider.SPI_VERSION) {
      throw new BackendSelectionException(
          "Backend '%s' (from %s) cannot start: %s. %s%s"
              .formatted(
                  setting.id(),
                  setting.origin(),
                  versionReason(provider),
                  versionRemedy(provider),
                  alternatives(setting.id(), " Or use one of: %s.", "")));
    }
    return new BackendSelection(provider, setting, "");
  }

  /**
   * Opens what {@link #select} chose.
   *
   * @throws BackendSelectionException when it cannot start, with reason and remedy
   * @throws IllegalArgumentException for a backend option that is unknown or has no valid value
   */
  public Backend open(BackendSelection selection) {
    try {
      return selection.provider().open(options);
    } catch (BackendUnavailableException e) {
      String id = selection.provider().id();
      throw new BackendSelectionException(
          "Backend '%s' (%s) cannot start: %s. %s%s"
              .formatted(
                  id,
                  selection.describe(),
                  e.reason(),
                  withoutStop(e.remedy()),
                  alternatives(id, ", or use one of: %s.", ".")),
          e);
    }
  }

  private BackendProvider find(BackendSetting setting) {
    for (BackendProvider provider : registry.providers()) {
      if (provider.id().equals(setting.id())) {
        return provider;
      }
    }
    List<String> known = new ArrayList<>();
    registry.providers().forEach(provider -> known.add(provider.id()));
    String problems =
        registry.problems().isEmpty() ? "" : " " + String.join(" ", registry.problems());
    if (known.isEmpty()) {
      throw new BackendSelectionException(
          "Backend '%s' (from %s) is unknown: no backend is installed. Put one, such as polyak-backend-cpu-simd, on the module path or class path.%s"
              .formatted(setting.id(), setting.origin(), problems));
    }
    known.add(AUTO);
    throw new BackendSelectionException(
        "Backend '%s' (from %s) is unknown.%s Known: %s.%s"
            .formatted(
                setting.id(),
                setting.origin(),
                NearestName.question(setting.id(), known),
                String.join(", ", known),
                problems));
  }

  /** The first that can start, backends other than the built-in one first. */
  private BackendSelection selectAutomatically(BackendSetting setting) {
    List<String> refusals = new ArrayList<>();
    List<BackendProvider> order = new ArrayList<>(registry.providers());
    order.sort(
        Comparator.comparing((BackendProvider p) -> p.id().equals(BackendSettings.BUILT_IN)));
    for (BackendProvider provider : order) {
      if (provider.spiVersion() != BackendProvider.SPI_VERSION) {
        refusals.add("%s: %s".formatted(provider.id(), versionReason(provider)));
        continue;
      }
      switch (provider.probe(options)) {
        case Probe.Missing missing ->
            refusals.add("%s: %s".formatted(provider.id(), missing.reason()));
        case Probe.Ready ready -> {
          BackendInfo device = ready.devices().getFirst();
          String passedOver =
              refusals.isEmpty() ? "" : "; not available: " + String.join("; ", refusals);
          return new BackendSelection(
              provider,
              setting,
              "the first that can start here, on %s%s".formatted(device.device(), passedOver));
        }
      }
    }
    throw new BackendSelectionException(
        "No backend can start (%s from %s). %s."
            .formatted(
                AUTO,
                setting.origin(),
                refusals.isEmpty()
                    ? "None is installed: put one, such as polyak-backend-cpu-simd, on the module path or class path"
                    : String.join(
                        ". ", refusals.stream().map(BackendSelector::withoutStop).toList())));
  }

  /** The other backends that can start, in a sentence; the fallback when there is none. */
  private String alternatives(String except, String sentence, String fallback) {
    List<String> ready = new ArrayList<>();
    for (BackendProvider provider : registry.providers()) {
      if (!provider.id().equals(except)
          && provider.spiVersion() == BackendProvider.SPI_VERSION
          && provider.probe(BackendOptions.DEFAULTS) instanceof Probe.Ready) {
        ready.add(provider.id());
      }
    }
    return ready.isEmpty() ? fallback : sentence.formatted(String.join(", ", ready));
  }

  private static String versionReason(BackendProvider provider) {
    return "it was built for version %d of the backend contract and this Polyak has version %d"
        .formatted(provider.spiVersion(), BackendProvider.SPI_VERSION);
  }

  private static String versionRemedy(BackendProvider provider) {
    return provider.spiVersion() < BackendProvider.SPI_VERSION
        ? "Update the backend."
        : "Update Polyak.";
  }

  private static String withoutStop(String sentence) {
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }
}
