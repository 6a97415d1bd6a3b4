package org.polyak.tasks.train;

import org.polyak.nn.random.Generator;
import org.polyak.tasks.data.RandomStreams;

/** Numbered streams of a labelled part of a run's generator. */
final class Streams {
  private Streams() {}

  static RandomStreams of(Generator generator, String label) {
    Generator part = generator.split(label);
    return number -> part.split(Long.toString(number));
  }
}
