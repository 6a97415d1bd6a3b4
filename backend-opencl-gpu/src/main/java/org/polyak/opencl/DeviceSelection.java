package org.polyak.opencl;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Device;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendUnavailableException;

/**
 * Which device somebody asks for. A GPU needs no asking; any other device is taken only when it is
 * named, or its type is.
 *
 * @param name a number in the list of all devices, or a part of a device's name; null for any
 * @param type what kind of device; null for a GPU, or whatever is named
 */
record DeviceSelection(@Nullable String name, Device.@Nullable Type type) {
  static final String DEVICE = "device";
  static final String TYPE = "type";

  /** What options say. */
  static DeviceSelection of(BackendOptions options) {
    return new DeviceSelection(
        options.get(DEVICE).map(String::strip).orElse(null),
        options.get(TYPE).map(DeviceSelection::type).orElse(null));
  }

  /**
   * The devices that fit, at least one, the one to open first.
   *
   * @param all at least one
   * @throws BackendUnavailableException when none fits, with all of them and what to type
   */
  List<Device> among(List<Device> all) {
    List<Device> fitting = all.stream().filter(device -> fits(device, all)).toList();
    if (fitting.isEmpty()) {
      throw new BackendUnavailableException(
          "no OpenCL device %s; there %s"
              .formatted(
                  wanted(),
                  all.stream()
                      .map(DeviceSelection::describe)
                      .collect(Collectors.joining("; ", all.size() == 1 ? "is " : "are ", ""))),
          remedy(all.getFirst()));
    }
    return fitting;
  }

  private boolean fits(Device device, List<Device> all) {
    boolean named = name == null || isCalled(device, name, all.size());
    boolean typed =
        type == null ? name != null || device.type() == Device.Type.GPU : type == device.type();
    return named && typed;
  }

  /** A number below the count of devices is always one of the list, never a part of a name. */
  private static boolean isCalled(Device device, String name, int count) {
    Optional<Integer> index = index(name).filter(number -> number < count);
    return index.isPresent()
        ? index.get() == device.index()
        : device.name().toLowerCase(Locale.ROOT).contains(name.toLowerCase(Locale.ROOT));
  }

  private static Optional<Integer> index(String text) {
    return text.matches("\\d{1,6}") ? Optional.of(Integer.valueOf(text)) : Optional.empty();
  }

  private String wanted() {
    String kind = type == null ? "" : " of the type " + name(type);
    return name == null
        ? type == null ? "is a GPU" : "is" + kind
        : "%s is called '%s'".formatted(kind, name).strip();
  }

  private String remedy(Device other) {
    return name == null && type == null
        ? "A device that is no GPU must be asked for: --option type=" + name(other.type())
        : "Ask for one of them, for example with --option device=" + other.index();
  }

  private static String describe(Device device) {
    return "%d: %s (%s, %s)"
        .formatted(device.index(), device.name(), name(device.type()), device.platform());
  }

  static String name(Device.Type type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static Device.Type type(String text) {
    for (Device.Type type : Device.Type.values()) {
      if (name(type).equals(text.strip())) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "Backend option 'type' of opencl must be gpu, cpu or other, not '%s'.".formatted(text));
  }
}
