package com.example.heap;

import java.util.List;
import java.util.Set;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.Probe;

/**
 * Offers the backend {@code heap}, which is there wherever Java is. It knows no precision but
 * {@code f32}.
 */
public final class HeapProvider implements BackendProvider {
  private static final String PRECISION = "precision";

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
    options.requireKnown(Set.of(PRECISION));
    String precision = options.get(PRECISION).orElse("f32");
    if (!precision.equals("f32")) {
      throw new IllegalArgumentException("Backend heap computes in f32, not " + precision + ".");
    }
    return new HeapBackend();
  }
}
