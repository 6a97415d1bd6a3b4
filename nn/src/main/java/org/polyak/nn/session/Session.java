package org.polyak.nn.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.polyak.nn.ops.Engine;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.Scope;

/**
 * An open backend with its engine, and the origin of the choice. Closing it closes the backend.
 * Programs without an injector write {@code new Session(provider.open(options), "my program")} or
 * {@code Session.open(BackendSettings.NONE, BackendOptions.DEFAULTS)}.
 */
public final class Session implements AutoCloseable {
  private final Backend backend;
  private final Engine engine;
  private final String origin;

  /**
   * A session on an open backend, which it will close.
   *
   * @param backend the backend
   * @param origin where the choice came from, in words for reports
   */
  public Session(Backend backend, String origin) {
    this.backend = backend;
    this.engine = new Engine(backend);
    this.origin = origin;
  }

  /**
   * Opens what the settings ask for, among the backends found on the module path and class path.
   *
   * @throws BackendSelectionException when it is unknown or cannot start
   */
  public static Session open(BackendSettings settings, BackendOptions options) {
    return open(new BackendSelector(BackendRegistry.discover(), options), settings);
  }

  /**
   * Opens what the settings ask for.
   *
   * @throws BackendSelectionException when it is unknown or cannot start
   */
  public static Session open(BackendSelector selector, BackendSettings settings) {
    BackendSelection selection = selector.select(settings.resolve());
    return new Session(selector.open(selection), selection.describe());
  }

  /** The backend. */
  public Backend backend() {
    return backend;
  }

  /** The engine on it. */
  public Engine engine() {
    return engine;
  }

  /** A root owner of device memory; close it before the session. */
  public Scope openScope(String label) {
    return backend.openScope(label);
  }

  /**
   * One line about the run: backend, device, precision, threads, where the setting came from, and
   * which of the operations used so far run fused. Complete after one step of the model.
   */
  public String describe() {
    BackendInfo info = backend.info();
    String threads =
        switch (info.threads()) {
          case 0 -> "";
          case 1 -> ", 1 thread";
          default -> ", %d threads".formatted(info.threads());
        };
    return "Backend %s (%s) on %s, %s%s%s"
        .formatted(info.backend(), origin, info.device(), info.precision(), threads, operations());
  }

  private String operations() {
    List<String> fused = new ArrayList<>();
    List<String> composed = new ArrayList<>();
    for (Map.Entry<String, String> entry : engine.fusedReport().entrySet()) {
      (entry.getValue().equals(Engine.FUSED) ? fused : composed).add(entry.getKey());
    }
    if (fused.isEmpty() && composed.isEmpty()) {
      return "";
    }
    return "; fused: %s%s"
        .formatted(
            fused.isEmpty() ? "none" : String.join(", ", fused),
            composed.isEmpty() ? "" : "; composed: " + String.join(", ", composed));
  }

  @Override
  public void close() {
    backend.close();
  }
}
