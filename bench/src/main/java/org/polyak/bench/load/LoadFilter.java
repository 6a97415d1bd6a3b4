package org.polyak.bench.load;

import java.util.List;

/**
 * Some loads of a suite: those whose names hold one of these texts.
 *
 * @param texts parts of names as {@link LoadId#toString} writes them; none lets all loads through
 */
public record LoadFilter(List<String> texts) {
  /** A filter with a list of its own. */
  public LoadFilter {
    texts = List.copyOf(texts);
  }

  /**
   * The curves without the loads that are not wanted.
   *
   * @throws IllegalArgumentException when a text is in no name; lists the names
   */
  public List<List<LoadId>> of(List<List<LoadId>> curves) {
    List<String> names = curves.stream().flatMap(List::stream).map(LoadId::toString).toList();
    for (String text : texts) {
      if (names.stream().noneMatch(name -> name.contains(text))) {
        throw new IllegalArgumentException(
            "no load has '%s' in its name. There are: %s."
                .formatted(text, String.join(", ", names)));
      }
    }
    return curves.stream()
        .map(curve -> curve.stream().filter(this::isWanted).toList())
        .filter(curve -> !curve.isEmpty())
        .toList();
  }

  private boolean isWanted(LoadId load) {
    return texts.isEmpty() || texts.stream().anyMatch(load.toString()::contains);
  }
}
