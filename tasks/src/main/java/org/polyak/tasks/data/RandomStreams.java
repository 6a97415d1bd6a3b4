package org.polyak.tasks.data;

import java.util.random.RandomGenerator;

/**
 * Independent random streams of one seeded run, by number. The same number always gives a fresh
 * generator at the start of the same stream.
 */
@FunctionalInterface
public interface RandomStreams {
  /** A generator at the start of stream {@code number}. */
  RandomGenerator stream(long number);
}
