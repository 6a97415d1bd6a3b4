package org.polyak.cpu;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.BackendUnavailableException;
import org.polyak.spi.Probe;

/**
 * The backend {@code cpu-simd}: the processor's vector units through the JDK Vector API.
 *
 * <p>Options: {@code threads} (number of worker threads including the caller's; default all
 * processors), {@code vector-bits} (128, 256 or 512; default what the machine prefers), {@code
 * precision} (only {@code f32}). Results do not depend on {@code threads}; they may differ in the
 * last bits between vector widths. Thread-safe.
 */
public final class CpuBackendProvider implements BackendProvider {
  private static final String ID = "cpu-simd";
  private static final String THREADS = "threads";
  private static final String VECTOR_BITS = "vector-bits";
  private static final String PRECISION = "precision";
  private static final int MOST_THREADS = 1024;

  /** For the service loader. */
  public CpuBackendProvider() {}

  @Override
  public String id() {
    return ID;
  }

  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public Probe probe(BackendOptions options) {
    Optional<Probe.Missing> obstacle = Jvm.running().obstacle();
    if (obstacle.isPresent()) {
      return obstacle.get();
    }
    try {
      Settings settings = Settings.of(options);
      return new Probe.Ready(List.of(settings.info()));
    } catch (BackendUnavailableException e) {
      return new Probe.Missing(e.reason(), e.remedy());
    } catch (IllegalArgumentException e) {
      return new Probe.Missing("an option is wrong: " + e.getMessage(), "Correct the option.");
    }
  }

  @Override
  public Backend open(BackendOptions options) {
    Optional<Probe.Missing> obstacle = Jvm.running().obstacle();
    if (obstacle.isPresent()) {
      throw new BackendUnavailableException(obstacle.get().reason(), obstacle.get().remedy());
    }
    Settings settings = Settings.of(options);
    return new CpuBackend(settings.info(), CpuDevice.start(settings.threads(), settings.width()));
  }

  /** The options, checked. Loaded only after the Vector API is known to be there. */
  private record Settings(int threads, VectorWidth width) {
    static Settings of(BackendOptions options) {
      options.requireKnown(Set.of(THREADS, VECTOR_BITS, PRECISION));
      int processors = Runtime.getRuntime().availableProcessors();
      int threads = options.integer(THREADS, processors, 1, MOST_THREADS);
      String precision = options.get(PRECISION).orElse("f32");
      if (!precision.equals("f32")) {
        throw new IllegalArgumentException(
            "Backend option 'precision' of %s must be f32, not '%s'.".formatted(ID, precision));
      }
      VectorWidth machine = VectorWidth.preferred();
      int bits = options.integer(VECTOR_BITS, machine.bits(), 128, 512);
      VectorWidth width =
          VectorWidth.ofBits(bits)
              .orElseThrow(() ->
                  new IllegalArgumentException(
                      "Backend option 'vector-bits' must be 128, 256 or 512, not '%d'."
                          .formatted(bits)));
      if (width.compareTo(machine) > 0) {
        throw new BackendUnavailableException(
            "vectors of %d bits were asked for and this machine's have %d"
                .formatted(width.bits(), machine.bits()),
            "Set vector-bits to %d or less, or leave it out.".formatted(machine.bits()));
      }
      return new Settings(threads, width);
    }

    BackendInfo info() {
      Map<String, String> details = new LinkedHashMap<>();
      details.put(VECTOR_BITS, Integer.toString(width.bits()));
      details.put("architecture", System.getProperty("os.arch", "unknown"));
      details.put("memory-bytes", Long.toString(Runtime.getRuntime().maxMemory()));
      return new BackendInfo(
          ID,
          Processor.name(),
          "JDK Vector API, Java " + Runtime.version(),
          "f32",
          threads,
          Collections.unmodifiableMap(details));
    }
  }
}
