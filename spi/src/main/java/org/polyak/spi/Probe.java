package org.polyak.spi;

import java.util.List;

/** Whether a backend could be opened here. */
public sealed interface Probe {
  /**
   * It can.
   *
   * @param devices at least one, the one that would be opened first
   */
  record Ready(List<BackendInfo> devices) implements Probe {}

  /**
   * It cannot.
   *
   * @param reason why, as half a sentence
   * @param remedy what to do about it, as a sentence
   */
  record Missing(String reason, String remedy) implements Probe {}
}
