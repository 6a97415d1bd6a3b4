package org.polyak.opencl;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.polyak.spi.DeviceChoice;
import org.polyak.spi.DeviceException;
import org.polyak.spi.Probe;

/**
 * The backend {@code opencl}: GPUs, and CPUs when asked for.
 *
 * <p>Options: {@code device} (its number in the list of all devices, or a part of its name), {@code
 * type} ({@code gpu}, {@code cpu} or {@code other}; a device that is no GPU must be asked for),
 * {@code precision} ({@code f32}, the default, or {@code tf32} on an NVIDIA GPU of compute
 * capability 8.0 or later), {@code cache} (folder of built programs; default {@code
 * ~/.polyak/opencl}), {@code profile} ({@code true} measures the device time of every kernel for
 * {@link Backend#profile}). Thread-safe.
 */
public final class OpenClBackendProvider implements BackendProvider {
  private static final String ID = "opencl";
  private static final String PRECISION = "precision";
  private static final String CACHE = "cache";
  private static final String PROFILE = "profile";

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
    }
  }

  @Override
  public List<DeviceChoice> choices() {
    try {
      List<Device> all = all();
      List<Device> unasked = all.stream().filter(d -> d.type() == Device.Type.GPU).toList();
      return all.stream()
          .map(device ->
              new DeviceChoice(
                  info(device, Precision.F32),
                  DeviceSelection.DEVICE + "=" + device.index(),
                  !unasked.isEmpty() && unasked.getFirst().equals(device)))
          .toList();
    } catch (BackendUnavailableException e) {
      return List.of();
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
    boolean measures = flag(options, PROFILE);
    Path cache =
        Path.of(options.get(CACHE).orElse(System.getProperty("user.home") + "/.polyak/opencl"));
    try {
      Queue queue = new Queue(device, measures);
      try {
        return new OpenClBackend(
            info(device, precision),
            new OpenClDevice(
                queue,
                new MemoryPool(queue),
                new KernelLibrary(queue, new ProgramCache(cache), "-cl-std=CL1.2"),
                traits.apply(Traits.of(device, precision))));
      } catch (DeviceException e) {
        queue.close();
        throw e;
      }
    } catch (DeviceException e) {
      throw new BackendUnavailableException(
          "device '%s' does not open: %s".formatted(device.name(), e.getMessage()),
          "See that no other process holds it exclusively, and that its driver works (clinfo).");
    }
  }

  /** The devices that fit the options, at least one, the one to open first. */
  private static List<Device> candidates(BackendOptions options) {
    options.requireKnown(
        Set.of(DeviceSelection.DEVICE, DeviceSelection.TYPE, PRECISION, CACHE, PROFILE));
    flag(options, PROFILE);
    Precision precision = precision(options);
    List<Device> fitting = DeviceSelection.of(options).among(all());
    List<Device> able = fitting.stream().filter(precision::suits).toList();
    if (able.isEmpty()) {
      throw new IllegalArgumentException(precision.refusal(ID, fitting.getFirst()));
    }
    return able;
  }

  private static Precision precision(BackendOptions options) {
    return options.get(PRECISION).map(value -> Precision.of(ID, value)).orElse(Precision.F32);
  }

  private static List<Device> all() {
    try {
      return switch (Devices.find()) {
        case Devices.Missing(String reason, String remedy) ->
            throw new BackendUnavailableException(reason, remedy);
        case Devices.Found(List<Device> found) -> found;
      };
    } catch (OpenClException e) {
      throw new BackendUnavailableException(
          "a driver failed to answer: " + e.getMessage(), "Repair or remove that driver");
    }
  }

  private static boolean flag(BackendOptions options, String name) {
    String text = options.get(name).orElse("false").strip();
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              "Backend option '%s' of %s must be true or false, not '%s'."
                  .formatted(name, ID, text));
    };
  }

  private static BackendInfo info(Device device, Precision precision) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("platform", device.platform());
    details.put("type", DeviceSelection.name(device.type()));
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
