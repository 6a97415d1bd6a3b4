package com.example.heap;

import java.util.List;
import java.util.Set;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.Probe;

/** Offers the backend {@code heap}, which is there wherever Java is. It has no options. */
public final class HeapProvider implements BackendProvider {
  @Override
  public String id() {
    return "heap";
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public Probe probe(BackendOptions options) {
    return new Probe.Ready(List.of(HeapBackend.INFO));
  }

  @Override
  public Backend open(BackendOptions options) {
    options.requireKnown(Set.of());
    return new HeapBackend();
  }
}
