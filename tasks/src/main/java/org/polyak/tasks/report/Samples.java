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
   * Images.
   *
   * @param grid all of them
   * @param description what they show
   */
  record Images(SampleGrid grid, String description) implements Samples {
    /** Writes one picture of all images; gives its file. */
    public Path write(Path folder) {
      Path png = folder.resolve("samples.png");
      grid.write(png);
      return png;
    }
  }
}
