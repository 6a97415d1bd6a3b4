package org.polyak.conformance;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a run of a list of cases found. The only place that decides whether a run is complete.
 *
 * @param results the cases that ran, in the order of the list
 * @param missing the cases of the list that did not run
 */
public record Findings(List<CaseResult> results, List<ConformanceCase> missing) {
  /** Copies the lists. */
  public Findings {
    results = List.copyOf(results);
    missing = List.copyOf(missing);
  }

  /** Whether every case of the list ran; a run of nothing is not complete. */
  public boolean complete() {
    return missing.isEmpty() && !results.isEmpty();
  }

  /** Failed where a binding case failed, else partial where a case did not run. */
  public Outcome outcome() {
    if (results.stream().anyMatch(CaseResult::refuses)) {
      return Outcome.FAILED;
    }
    return complete() ? Outcome.CERTIFIED : Outcome.PARTIAL;
  }

  /** The cases that failed and have this level. */
  public List<CaseResult> failures(Level level) {
    return results.stream()
        .filter(result -> !result.passed() && result.subject().level() == level)
        .toList();
  }

  /** The cases whose numbers came closest to their bounds, the closest first. */
  public List<CaseResult> tightest(int count) {
    return results.stream()
        .filter(result -> result.verdict().worst() != null)
        .sorted(Comparator.comparingDouble((CaseResult r) -> r.verdict().headroom()).reversed())
        .limit(count)
        .toList();
  }

  /** The chapters of the list, in the order of the catalogue. */
  public List<ChapterFindings> chapters() {
    List<ChapterFindings> chapters = new ArrayList<>();
    for (Chapter chapter : Chapter.values()) {
      Findings part =
          new Findings(
              results.stream().filter(result -> result.subject().chapter() == chapter).toList(),
              missing.stream().filter(one -> one.chapter() == chapter).toList());
      if (part.total() > 0) {
        chapters.add(new ChapterFindings(chapter, part));
      }
    }
    return List.copyOf(chapters);
  }

  /** The number of cases that passed. */
  public int passed() {
    return (int) results.stream().filter(CaseResult::passed).count();
  }

  /** The number of cases in the list. */
  public int total() {
    return results.size() + missing.size();
  }

  /** One sentence about what did not run. */
  public String missingSentence() {
    return "%d of %d cases did not run, among them %s."
        .formatted(
            missing.size(), total(), missing.stream().map(ConformanceCase::id).limit(5).toList());
  }

  /**
   * One chapter's part.
   *
   * @param chapter the chapter
   * @param findings its cases
   */
  public record ChapterFindings(Chapter chapter, Findings findings) {
    /** The case that came closest to its bound; empty when no case compared numbers. */
    public Optional<CaseResult> worst() {
      return findings.tightest(1).stream().findFirst();
    }

    /** One line: passed, ran and all, and the worst headroom. */
    public String line() {
      int ran = findings.results().size();
      String counts =
          ran == findings.total()
              ? "%d of %d passed".formatted(findings.passed(), ran)
              : "%d of %d passed, %d did not run"
                  .formatted(findings.passed(), ran, findings.missing().size());
      return "%-10s %s%s"
          .formatted(
              chapter.title(),
              counts,
              worst()
                  .map(worst ->
                      ", worst headroom %.3f in %s"
                          .formatted(worst.verdict().headroom(), worst.subject().id()))
                  .orElse(""));
    }
  }
}
