package org.polyak.opencl;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.polyak.opencl.driver.Device;
import org.polyak.opencl.driver.Devices;
import org.polyak.opencl.driver.OpenClException;
import org.polyak.opencl.driver.ProgramCache;
import org.polyak.opencl.driver.Queue;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.BackendUnavailableException;
import org.polyak.spi.Probe;

/**
 * The backend {@code opencl}: GPUs, and CPUs when asked for.
 *
 * <p>Options: {@code device} (a part of a device's name, or its number in the list of all devices),
 * {@code type} ({@code gpu}, {@code cpu} or {@code other}; default {@code gpu}), {@code precision}
 * ({@code f32}, the default, or {@code tf32} on an NVIDIA GPU of compute capability 8.0 or later),
 * {@code cache} (folder of built programs; default {@code ~/.polyak/opencl}). Thread-safe.
 */
public final class OpenClBackendProvider implements BackendProvider {
  private static final String ID = "opencl";
  private static final String DEVICE = "device";
  private static final String TYPE = "type";
  private static final String PRECISION = "precision";
  private static final String CACHE = "cache";

  /** For the service loader. */
  public OpenClBackendProvider() {}

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
    try {
      return new Probe.Ready(
          candidates(options).stream().map(d -> info(d, precision(options))).toList());
    } catch (BackendUnavailableException e) {
      return new Probe.Missing(e.reason(), e.remedy());
    } catch (IllegalArgumentException e) {
      return new Probe.Missing("an option is wrong: " + e.getMessage(), "Correct the option.");
    } catch (OpenClException e) {
      return new Probe.Missing(
          "a driver failed to answer: " + e.getMessage(), "Repair or remove that driver.");
    }
  }

  @Override
  public Backend open(BackendOptions options) {
    return open(options, UnaryOperator.identity());
  }

  /** With other traits than the device's own: a CPU can run a GPU's variants, slowly. */
  static Backend open(BackendOptions options, UnaryOperator<Traits> traits) {
    Device device = candidates(options).getFirst();
    Precision precision = precision(options);
    Path cache =
        Path.of(options.get(CACHE).orElse(System.getProperty("user.home") + "/.polyak/opencl"));
    try {
      Queue queue = new Queue(device);
      return new OpenClBackend(
          info(device, precision),
          new OpenClDevice(
              queue,
              new MemoryPool(queue),
              new KernelLibrary(queue, new ProgramCache(cache), "-cl-std=CL1.2"),
              traits.apply(Traits.of(device, precision))));
    } catch (OpenClException e) {
      throw new BackendUnavailableException(
          "device '%s' does not open: %s".formatted(device.name(), e.getMessage()),
          "See that no other process holds it exclusively, and that its driver works (clinfo).");
    }
  }

  /** The devices that fit the options, at least one, the one to open first. */
  private static List<Device> candidates(BackendOptions options) {
    options.requireKnown(Set.of(DEVICE, TYPE, PRECISION, CACHE));
    Precision precision = precision(options);
    List<Device> all =
        switch (Devices.find()) {
          case Devices.Missing(String reason, String remedy) ->
              throw new BackendUnavailableException(reason, remedy);
          case Devices.Found(List<Device> found) -> found;
        };
    Optional<Device.Type> type = options.get(TYPE).map(OpenClBackendProvider::type);
    Optional<String> wanted = options.get(DEVICE);
    List<Device> fitting = new ArrayList<>();
    for (Device device : all) {
      boolean named = wanted.map(name -> matches(device, name)).orElse(true);
      boolean typed = type.map(t -> t == device.type()).orElse(device.type() == Device.Type.GPU);
      if (named && (typed || (type.isEmpty() && wanted.isPresent()))) {
        fitting.add(device);
      }
    }
    if (fitting.isEmpty()) {
      List<String> names = all.stream().map(OpenClBackendProvider::describe).toList();
      throw new BackendUnavailableException(
          "no device fits (%s%s); there are: %s"
              .formatted(
                  type.map(t -> "type " + t.name().toLowerCase(Locale.ROOT)).orElse("type gpu"),
                  wanted.map(name -> ", device '" + name + "'").orElse(""),
                  String.join("; ", names)),
          "Choose one of these with the options 'device' and 'type'.");
    }
    List<Device> able = fitting.stream().filter(precision::suits).toList();
    if (able.isEmpty()) {
      throw new IllegalArgumentException(precision.refusal(ID, fitting.getFirst()));
    }
    return able;
  }

  private static Precision precision(BackendOptions options) {
    return options.get(PRECISION).map(value -> Precision.of(ID, value)).orElse(Precision.F32);
  }

  private static boolean matches(Device device, String wanted) {
    return wanted.equals(Integer.toString(device.index()))
        || device.name().toLowerCase(Locale.ROOT).contains(wanted.toLowerCase(Locale.ROOT));
  }

  private static Device.Type type(String text) {
    for (Device.Type type : Device.Type.values()) {
      if (type.name().equalsIgnoreCase(text)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "Backend option 'type' of %s must be gpu, cpu or other, not '%s'.".formatted(ID, text));
  }

  private static String describe(Device device) {
    return "%d: %s (%s, %s)"
        .formatted(
            device.index(),
            device.name(),
            device.type().name().toLowerCase(Locale.ROOT),
            device.platform());
  }

  private static BackendInfo info(Device device, Precision precision) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("platform", device.platform());
    details.put("type", device.type().name().toLowerCase(Locale.ROOT));
    details.put("opencl", device.version());
    details.put("compute-units", Integer.toString(device.computeUnits()));
    details.put("memory-bytes", Long.toString(device.memoryBytes()));
    details.put("local-memory-bytes", Long.toString(device.localMemoryBytes()));
    return new BackendInfo(
        ID,
        device.name(),
        device.driver(),
        precision.id(),
        0,
        Collections.unmodifiableMap(details));
  }
}
