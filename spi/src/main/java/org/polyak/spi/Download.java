package org.polyak.spi;

import java.lang.foreign.MemorySegment;

/** A tensor on its way to the host, as it was when {@link Backend#beginDownload} was called. */
@FunctionalInterface
public interface Download {
  /**
   * Waits for it, but not for work that was submitted later, and hands it over, row-major. To be
   * called once.
   */
  void to(MemorySegment host);
}
