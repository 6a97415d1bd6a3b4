package org.polyak.opencl;

import java.util.Locale;
import org.polyak.opencl.driver.Device;

/** How products of matrices are computed: the option {@code precision}. */
enum Precision {
  /** Every factor as it is. */
  F32(0),
  /** Factors rounded to 11 significant bits, by NVIDIA's tensor cores; sums in binary32. */
  TF32(80);

  private final int computeCapability;

  Precision(int computeCapability) {
    this.computeCapability = computeCapability;
  }

  /** The value of the option. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The precision of an option's value.
   *
   * @param backend id, for the message
   */
  static Precision of(String backend, String value) {
    for (Precision precision : values()) {
      if (precision.id().equals(value)) {
        return precision;
      }
    }
    throw new IllegalArgumentException(
        "Backend option 'precision' of %s must be f32 or tf32, not '%s'."
            .formatted(backend, value));
  }

  /** Whether a device can compute so. */
  boolean suits(Device device) {
    return device.computeCapability() >= computeCapability;
  }

  /** Why a device cannot compute so, and what to do. */
  String refusal(String backend, Device device) {
    String has =
        device.computeCapability() > 0
            ? "one of %.1f".formatted(device.computeCapability() / 10.0)
            : "no such GPU";
    return "Backend option 'precision' of %s cannot be %s on device '%s': that needs the tensor cores of an NVIDIA GPU of compute capability %.1f or later, and this is %s. Use f32, or choose another device with the options 'device' and 'type'."
        .formatted(backend, id(), device.name(), computeCapability / 10.0, has);
  }
}
