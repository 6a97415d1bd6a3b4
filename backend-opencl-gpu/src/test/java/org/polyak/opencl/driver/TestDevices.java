package org.polyak.opencl.driver;

import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.junit.jupiter.api.Assumptions;

/** Devices for tests: the real one on the processor, and records of devices that are not here. */
public final class TestDevices {
  private static final long MEMORY = 1L << 34;

  private TestDevices() {}

  /** A device that exists on paper only. */
  public static Device onPaper(int index, Device.Type type, String name) {
    return new Device(
        index,
        type,
        name,
        "Maker",
        "Platform",
        "1.0",
        "OpenCL 1.2",
        "",
        1,
        MEMORY,
        MEMORY / 4,
        1 << 15,
        256,
        1 << 10,
        0,
        new Device.Handle(new cl_platform_id(), new cl_device_id()));
  }

  /** The processor's. Aborts the test without one, or fails where one is demanded. */
  static Device processor() {
    return switch (Devices.find()) {
      case Devices.Found found ->
          found.all().stream()
              .filter(device -> device.type() == Device.Type.CPU)
              .findFirst()
              .orElseGet(() -> none("no CPU device among " + found.all().size()));
      case Devices.Missing missing -> none(missing.reason());
    };
  }

  /** A queue on it. */
  public static Queue queue() {
    return new Queue(processor(), false);
  }

  private static Device none(String reason) {
    if (!Boolean.getBoolean("polyak.opencl.required")) {
      Assumptions.abort(reason);
    }
    throw new AssertionError(reason);
  }
}
