package org.polyak.tasks.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import org.polyak.tasks.report.Measurement;
import org.polyak.tasks.report.Metric;
import org.polyak.tasks.train.TrainingListener;

/**
 * Shows a run's progress: on a terminal a bar with rate and time left, elsewhere a line for each
 * evaluation and each tenth of the run.
 */
final class ProgressPrinter implements TrainingListener {
  private static final int BAR = 28;
  private static final Duration REFRESH = Duration.ofMillis(100);
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintWriter out;
  private final boolean interactive;
  private final InstantSource clock;
  private Instant started;
  private Instant shown;
  private long firstStep = -1;
  private long tenthShown;

  ProgressPrinter(Surroundings surroundings) {
    this.out = surroundings.terminal().err();
    this.interactive = surroundings.terminal().interactive();
    this.clock = surroundings.clock();
    this.started = clock.instant();
    this.shown = Instant.MIN;
  }

  @Override
  public void stepped(long step, long steps, double loss, double tokensPerSecond) {
    Instant now = clock.instant();
    if (firstStep < 0) {
      firstStep = step - 1;
      tenthShown = 10 * firstStep / steps;
      started = now;
    }
    if (interactive) {
      if (step == steps || shown.plus(REFRESH).isBefore(now)) {
        shown = now;
        out.print(CLEAR_LINE + bar(step, steps) + " " + state(step, steps, loss, tokensPerSecond));
        out.flush();
      }
    } else if (10 * step / steps > tenthShown) {
      tenthShown = 10 * step / steps;
      out.println(state(step, steps, loss, tokensPerSecond));
      out.flush();
    }
    if (step == steps) {
      firstStep = -1;
    }
  }

  @Override
  public void measured(Metric metric, Measurement measurement, long steps) {
    if (measurement.kind() == Measurement.Kind.EVALUATION) {
      told(
          "step %d of %d: %s %.4f, loss %.4f"
              .formatted(
                  measurement.step(),
                  steps,
                  metric.label(),
                  measurement.metric(),
                  measurement.loss()));
    }
  }

  @Override
  public void told(String line) {
    out.println((interactive ? CLEAR_LINE : "") + line);
    out.flush();
  }

  private static String bar(long step, long steps) {
    int full = (int) (BAR * step / steps);
    return "[" + "#".repeat(full) + ".".repeat(BAR - full) + "]";
  }

  private String state(long step, long steps, double loss, double tokensPerSecond) {
    double seconds = Duration.between(started, clock.instant()).toMillis() * 1e-3;
    double perStep = seconds / Math.max(1, step - firstStep - 1);
    return String.format(
        Locale.ROOT,
        "%d/%d  loss %.4f  %,.0f tokens/s  %s left",
        step,
        steps,
        loss,
        tokensPerSecond,
        time(perStep * (steps - step)));
  }

  /** For example 0:07, 12:30 or 3:05:00. */
  static String time(double seconds) {
    long whole = Math.round(seconds);
    return whole >= 3600
        ? "%d:%02d:%02d".formatted(whole / 3600, whole / 60 % 60, whole % 60)
        : "%d:%02d".formatted(whole / 60, whole % 60);
  }
}
