package org.polyak.bench.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.measure.Survey;
import org.polyak.bench.result.Contender;
import org.polyak.bench.result.Point;
import org.polyak.conformance.tool.StatusLine;

/** Shows how far a run is: a line for each measurement, and on a terminal what is under way. */
final class Progress implements Survey.Listener {
  private final StatusLine line;
  private int expected;
  private int count;

  Progress(PrintWriter out, boolean interactive) {
    this.line = new StatusLine(out, interactive);
  }

  /** How many measurements there will be at most. */
  void expect(int measurements) {
    expected = measurements;
  }

  @Override
  public void starting(LoadId load, Contender by, int round) {
    count++;
    line.show("[%d/%d] %s by %s, round %d ...".formatted(count, expected, load, by, round));
  }

  @Override
  public void finished(Point point) {
    String found =
        point.succeeded()
            ? String.format(Locale.ROOT, "%.4g %s", point.rate(), point.amount().unit())
            : "failed: " + point.failure();
    line.print("[%d/%d] %s by %s: %s".formatted(count, expected, point.load(), point.by(), found));
  }

  /** Prints a line of its own. */
  void line(String text) {
    line.print(text);
  }

  /** Leaves a clean line behind. */
  void end() {
    line.clear();
  }
}
