package org.polyak.spi;

import java.util.List;

/** Found by {@link java.util.ServiceLoader}; cheap to construct. Thread-safe. */
public interface BackendProvider {
  /**
   * The version of this contract. It is a compile-time constant: a provider that returns it reports
   * the version it was compiled against.
   */
  int SPI_VERSION = 1;

  /** The name by which users choose this backend: lower case, digits and hyphens. */
  String id();

  /** Return {@link #SPI_VERSION}. It is compared before anything else is called. */
  int spiVersion();

  /** What {@link #open} would find. Cheap, opens nothing, never throws. */
  Probe probe(BackendOptions options);

  /**
   * Every device that users can choose, also those that are opened only when asked for; empty when
   * there is nothing to choose. Cheap, opens nothing, never throws.
   */
  default List<DeviceChoice> choices() {
    return List.of();
  }

  /**
   * Opens one device.
   *
   * @throws BackendUnavailableException with reason and remedy
   * @throws IllegalArgumentException for an option that is unknown or has no valid value
   */
  Backend open(BackendOptions options);
}
