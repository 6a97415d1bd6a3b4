package org.polyak.bench.measure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Loads;
import org.polyak.bench.result.Point;
import org.polyak.bench.result.Spread;

/**
 * Measures the loads of some curves, round by round. A curve ends before a load that would take
 * longer than the limit, going by the last step's growth, and at a load that fails.
 */
public final class Survey {
  private final Function<LoadId, Measured> measure;
  private final int rounds;
  private final Duration limit;
  private final Listener listener;
  private final Map<LoadId, Point> points = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  /** Hears how a survey goes on. */
  public interface Listener {
    /** A load is about to be measured. */
    void starting(LoadId load, int round);

    /** It was measured once more; the point has all samples so far. */
    void finished(Point point);
  }

  /**
   * A survey before its first round.
   *
   * @param measure measures a load once
   * @param rounds at least 1
   * @param limit on the time of one run of a load, within curves of several loads
   * @param listener hears of each measurement
   */
  public Survey(Function<LoadId, Measured> measure, int rounds, Duration limit, Listener listener) {
    this.measure = measure;
    this.rounds = rounds;
    this.limit = limit;
    this.listener = listener;
  }

  /** Measures every load of every curve in each round, and returns what was found. */
  public List<Point> run(List<List<LoadId>> curves) {
    List<List<LoadId>> remaining = new ArrayList<>();
    curves.forEach(curve -> remaining.add(new ArrayList<>(curve)));
    for (int round = 1; round <= rounds; round++) {
      for (List<LoadId> curve : remaining) {
        measure(curve, round);
      }
    }
    return List.copyOf(points.values());
  }

  /** What a reader must know beside the points. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  private void measure(List<LoadId> curve, int round) {
    for (int i = 0; i < curve.size(); i++) {
      LoadId load = curve.get(i);
      double foreseen = foreseen(curve, i);
      if (round == 1 && foreseen > limit.toMillis() * 1e-3) {
        notes.add(
            "%s and what is larger was not measured: one run would take about %.0f s, and the limit is %.0f s (--limit)."
                .formatted(load, foreseen, limit.toMillis() * 1e-3));
        cut(curve, i);
        return;
      }
      listener.starting(load, round);
      Point point = merge(load, measure.apply(load));
      points.put(load, point);
      listener.finished(point);
      if (!point.succeeded()) {
        cut(curve, i);
        return;
      }
    }
  }

  /**
   * The time of the next load if the last step's growth goes on, or that of the work itself where
   * it is larger; the square of the work where there was no step yet.
   */
  private double foreseen(List<LoadId> curve, int next) {
    if (next == 0) {
      return 0;
    }
    double last = median(curve.get(next - 1));
    double growth = items(curve.get(next)) / items(curve.get(next - 1));
    return last
        * (next == 1 ? growth * growth : Math.max(growth, last / median(curve.get(next - 2))));
  }

  private static double items(LoadId load) {
    return Loads.of(load).amount().items();
  }

  private double median(LoadId load) {
    Point point = points.get(load);
    return point == null ? 0 : Spread.of(point.seconds()).median();
  }

  private Point merge(LoadId load, Measured measured) {
    Point before = points.get(load);
    List<Double> seconds = new ArrayList<>(before == null ? List.of() : before.seconds());
    long peak = before == null ? 0 : before.peakBytes();
    double heap = before == null ? 0 : before.heapBytes();
    return switch (measured) {
      case Measured.Times times -> {
        seconds.addAll(times.seconds());
        yield new Point(
            load,
            Loads.of(load).amount(),
            seconds,
            Math.max(peak, times.peakBytes()),
            Math.max(heap, times.heapBytes()),
            "");
      }
      case Measured.Failure(String reason) ->
          new Point(load, Loads.of(load).amount(), List.of(), 0, 0, reason);
    };
  }

  private static void cut(List<LoadId> curve, int from) {
    curve.subList(from, curve.size()).clear();
  }
}
