package org.polyak.bench.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.measure.Survey;
import org.polyak.bench.result.Contender;
import org.polyak.bench.result.Point;

/** Shows how far a run is: a line for each measurement, and on a terminal what is under way. */
final class Progress implements Survey.Listener {
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintWriter out;
  private final boolean interactive;
  private int expected;
  private int count;

  Progress(PrintWriter out, boolean interactive) {
    this.out = out;
    this.interactive = interactive;
  }

  /** How many measurements there will be at most. */
  void expect(int measurements) {
    expected = measurements;
  }

  @Override
  public void starting(LoadId load, Contender by, int round) {
    count++;
    if (interactive) {
      out.print(
          "%s[%d/%d] %s by %s, round %d ..."
              .formatted(CLEAR_LINE, count, expected, load, by, round));
      out.flush();
    }
  }

  @Override
  public void finished(Point point) {
    String found =
        point.succeeded()
            ? String.format(Locale.ROOT, "%.4g %s", point.rate(), point.amount().unit())
            : "failed: " + point.failure();
    line("[%d/%d] %s by %s: %s".formatted(count, expected, point.load(), point.by(), found));
  }

  /** Prints a line of its own. */
  void line(String text) {
    out.println((interactive ? CLEAR_LINE : "") + text);
    out.flush();
  }

  /** Leaves a clean line behind. */
  void end() {
    if (interactive) {
      out.print(CLEAR_LINE);
      out.flush();
    }
  }
}
