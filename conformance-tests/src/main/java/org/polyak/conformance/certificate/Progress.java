package org.polyak.conformance.certificate;

import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.polyak.conformance.CaseResult;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.ConformanceCase;
import org.polyak.conformance.SuiteRun;

/**
 * Shows how far a run is: on a terminal one line, overwritten; elsewhere a line for each chapter.
 * Failures are named as they happen.
 */
final class Progress implements SuiteRun.Listener {
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintWriter out;
  private final boolean interactive;
  private final Map<Chapter, Integer> sizes = new EnumMap<>(Chapter.class);
  private final Map<Chapter, Integer> counts = new EnumMap<>(Chapter.class);

  Progress(PrintWriter out, boolean interactive, List<ConformanceCase> selected) {
    this.out = out;
    this.interactive = interactive;
    selected.forEach(one -> sizes.merge(one.chapter(), 1, Integer::sum));
  }

  @Override
  public void starting(ConformanceCase subject) {
    if (interactive) {
      Chapter chapter = subject.chapter();
      int number = counts.getOrDefault(chapter, 0) + 1;
      out.print(
          "%s%s %d/%d  %s"
              .formatted(CLEAR_LINE, chapter.title(), number, sizes.get(chapter), subject.id()));
      out.flush();
    }
  }

  @Override
  public void finished(CaseResult result) {
    Chapter chapter = result.subject().chapter();
    int count = counts.merge(chapter, 1, Integer::sum);
    if (!result.passed()) {
      line("%s failed: %s".formatted(result.subject(), result.verdict().failures().getFirst()));
    }
    if (!interactive && sizes.getOrDefault(chapter, 0) == count) {
      line("%s %d/%d".formatted(chapter.title(), count, count));
    }
  }

  /** Leaves a clean line behind. */
  void end() {
    if (interactive) {
      out.print(CLEAR_LINE);
      out.flush();
    }
  }

  private void line(String text) {
    out.println((interactive ? CLEAR_LINE : "") + text);
    out.flush();
  }
}
