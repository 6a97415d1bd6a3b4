package org.polyak.bench.load;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A model and a batch for it, such as {@code copy-paper:64x128}.
 *
 * @param model the model
 * @param batch B, sequences
 * @param length N, tokens of each
 */
public record BatchShape(ModelShape model, int batch, int length) {
  /**
   * Reads {@code MODEL:BxN}.
   *
   * @throws IllegalArgumentException when it is not of that form, or there is no such model
   */
  static BatchShape parse(String text) {
    int colon = text.indexOf(':');
    for (ModelShape model : ModelShape.values()) {
      if (colon > 0 && model.id().equals(text.substring(0, colon))) {
        int[] extents = Extents.parse(text.substring(colon + 1), "B", "N");
        return new BatchShape(model, extents[0], extents[1]);
      }
    }
    throw new IllegalArgumentException(
        "Shape '%s' is not MODEL:BxN with a model of %s."
            .formatted(
                text,
                Arrays.stream(ModelShape.values())
                    .map(ModelShape::id)
                    .collect(Collectors.joining(", "))));
  }
}
