package org.polyak.conformance;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.polyak.nn.session.NearestName;

/**
 * Some cases of a list: those of some chapters, those with some ids, or those that both name.
 *
 * @param chapters empty for all
 * @param ids ids of cases, or beginnings of ids, such as {@code ATT-MOM}; empty for all
 */
public record CaseSelection(Set<Chapter> chapters, List<String> ids) {
  /** Every case. */
  public static final CaseSelection ALL = new CaseSelection(Set.of(), List.of());

  /** Copies the collections. */
  public CaseSelection {
    chapters = Set.copyOf(chapters);
    ids = List.copyOf(ids);
  }

  /** The cases with these ids or beginnings of ids. */
  public static CaseSelection of(String... ids) {
    return new CaseSelection(Set.of(), Arrays.asList(ids));
  }

  /**
   * The chapter with a title.
   *
   * @throws IllegalArgumentException naming the nearest title, or all
   */
  public static Chapter chapter(String title) {
    for (Chapter chapter : Chapter.values()) {
      if (chapter.title().equalsIgnoreCase(title)) {
        return chapter;
      }
    }
    List<String> titles = Arrays.stream(Chapter.values()).map(Chapter::title).toList();
    throw new IllegalArgumentException(
        "Chapter '%s' is unknown.%s Chapters: %s."
            .formatted(title, NearestName.question(title, titles), String.join(", ", titles)));
  }

  /**
   * The selected cases of a list, in its order. An id that is a case's own selects that case alone,
   * even where another id begins so.
   *
   * @throws IllegalArgumentException for an id that selects nothing, and when nothing is left
   */
  public List<ConformanceCase> from(List<ConformanceCase> cases) {
    Set<String> known =
        cases.stream()
            .map(ConformanceCase::id)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    ids.forEach(id -> requireKnown(id, known));
    List<ConformanceCase> selected =
        cases.stream()
            .filter(one -> chapters.isEmpty() || chapters.contains(one.chapter()))
            .filter(one -> ids.isEmpty() || ids.stream().anyMatch(id -> names(id, one, known)))
            .toList();
    if (selected.isEmpty()) {
      String titles =
          chapters.stream().sorted().map(Chapter::title).collect(Collectors.joining(", "));
      throw new IllegalArgumentException(
          ids.isEmpty()
              ? "There is no case in chapter " + titles + "."
              : "No case whose id is or begins with %s is in chapter %s."
                  .formatted(String.join(", ", ids), titles));
    }
    return selected;
  }

  private static boolean names(String id, ConformanceCase one, Set<String> known) {
    return known.contains(id) ? one.id().equals(id) : one.id().startsWith(id);
  }

  private static void requireKnown(String id, Set<String> known) {
    if (id.isEmpty() || known.stream().noneMatch(one -> one.startsWith(id))) {
      Set<String> candidates = new LinkedHashSet<>(known);
      known.forEach(one -> candidates.add(one.substring(0, Math.max(0, one.lastIndexOf('-')))));
      throw new IllegalArgumentException(
          "No case has the id '%s', or one that begins so.%s Every certificate lists the ids."
              .formatted(id, NearestName.question(id, candidates)));
    }
  }
}
