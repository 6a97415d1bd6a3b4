package org.polyak.conformance.certificate;

import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.polyak.conformance.CaseResult;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.ConformanceCase;
import org.polyak.conformance.SuiteRun;
import org.polyak.conformance.tool.StatusLine;

/**
 * Shows how far a run is: on a terminal one line, overwritten; elsewhere a line for each chapter.
 * Failures are named as they happen.
 */
final class Progress implements SuiteRun.Listener {
  private final StatusLine line;
  private final Map<Chapter, Integer> sizes = new EnumMap<>(Chapter.class);
  private final Map<Chapter, Integer> counts = new EnumMap<>(Chapter.class);

  Progress(PrintWriter out, boolean interactive, List<ConformanceCase> selected) {
    this.line = new StatusLine(out, interactive);
    selected.forEach(one -> sizes.merge(one.chapter(), 1, Integer::sum));
  }

  @Override
  public void starting(ConformanceCase subject) {
    Chapter chapter = subject.chapter();
    int number = counts.getOrDefault(chapter, 0) + 1;
    line.show("%s %d/%d  %s".formatted(chapter.title(), number, sizes.get(chapter), subject.id()));
  }

  @Override
  public void finished(CaseResult result) {
    Chapter chapter = result.subject().chapter();
    int count = counts.merge(chapter, 1, Integer::sum);
    if (!result.passed()) {
      line.print(
          "%s failed: %s".formatted(result.subject(), result.verdict().failures().getFirst()));
    }
    if (!line.interactive() && sizes.getOrDefault(chapter, 0) == count) {
      line.print("%s %d/%d".formatted(chapter.title(), count, count));
    }
  }

  /** Leaves a clean line behind. */
  void end() {
    line.clear();
  }
}
