package org.polyak.tasks.report;

import java.nio.file.Path;
import java.util.List;

/** What a trained model generated, to be looked at. */
public sealed interface Samples {
  /**
   * Text, one entry a sample.
   *
   * @param texts the samples
   */
  record Texts(List<String> texts) implements Samples {
    /** Copies the list. */
    public Texts {
      texts = List.copyOf(texts);
    }
  }

  /**
   * A picture.
   *
   * @param png the file
   * @param description what it shows
   */
  record Picture(Path png, String description) implements Samples {}
}
