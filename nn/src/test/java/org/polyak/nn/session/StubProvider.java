package org.polyak.nn.session;

import java.util.List;
import java.util.Map;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.BackendUnavailableException;
import org.polyak.spi.Probe;

/** A provider with a given answer; it has no device to open. */
public record StubProvider(String id, int spiVersion, Probe answer) implements BackendProvider {
  /** A provider whose device is there. */
  public static StubProvider ready(String id) {
    return new StubProvider(id, SPI_VERSION, new Probe.Ready(List.of(info(id))));
  }

  /** A provider whose device is not there. */
  public static StubProvider missing(String id) {
    return new StubProvider(
        id, SPI_VERSION, new Probe.Missing("no " + id + " device", "Install a driver."));
  }

  /** A provider that was compiled against another contract. */
  public static StubProvider ofVersion(String id, int version) {
    return new StubProvider(id, version, new Probe.Ready(List.of(info(id))));
  }

  @Override
  public Probe probe(BackendOptions options) {
    return answer;
  }

  @Override
  public Backend open(BackendOptions options) {
    throw switch (answer) {
      case Probe.Missing missing ->
          new BackendUnavailableException(missing.reason(), missing.remedy());
      case Probe.Ready ready -> new IllegalStateException("A stub opens nothing: " + ready);
    };
  }

  private static BackendInfo info(String id) {
    return new BackendInfo(id, "the " + id + " device", "driver 1", "f32", 0, Map.of());
  }
}
