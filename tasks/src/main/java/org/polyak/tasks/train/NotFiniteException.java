package org.polyak.tasks.train;

import java.io.Serial;

/** Numbers in the forward pass of a training step are not finite. */
final class NotFiniteException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String layer;

  /** With the first layer that has such numbers. */
  NotFiniteException(String layer) {
    super("The first numbers that are not finite are in " + layer + ".");
    this.layer = layer;
  }

  /** Where they are, in words. */
  String layer() {
    return layer;
  }
}
