package org.polyak.bench.measure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Loads;
import org.polyak.bench.result.Contender;
import org.polyak.bench.result.Point;
import org.polyak.bench.result.Spread;

/**
 * Measures the loads of some curves, round by round, and each load by all subjects one after the
 * other. A subject's curve ends before a load that would take it longer than the limit, going by
 * the last step's growth, and at a load that fails.
 */
public final class Survey {
  private final List<Subject> subjects;
  private final int rounds;
  private final Duration limit;
  private final Listener listener;
  private final Map<Entry, Point> points = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  /** Hears how a survey goes on. */
  public interface Listener {
    /** A load is about to be measured. */
    void starting(LoadId load, Contender by, int round);

    /** It was measured once more; the point has all samples so far. */
    void finished(Point point);
  }

  /**
   * A survey before its first round.
   *
   * @param subjects in the order in which each load is measured
   * @param rounds at least 1
   * @param limit on the time of one run of a load, within curves of several loads
   * @param listener hears of each measurement
   */
  public Survey(List<Subject> subjects, int rounds, Duration limit, Listener listener) {
    this.subjects = List.copyOf(subjects);
    this.rounds = rounds;
    this.limit = limit;
    this.listener = listener;
  }

  /** Measures every load of every curve in each round, and returns what was found. */
  public List<Point> run(List<List<LoadId>> curves) {
    Map<List<LoadId>, List<Lane>> lanes = new LinkedHashMap<>();
    curves.forEach(curve -> lanes.put(curve, lanes(curve)));
    for (int round = 1; round <= rounds; round++) {
      for (Map.Entry<List<LoadId>, List<Lane>> curve : lanes.entrySet()) {
        for (LoadId load : curve.getKey()) {
          for (Lane lane : curve.getValue()) {
            lane.measure(load, round);
          }
        }
      }
    }
    return List.copyOf(points.values());
  }

  /** What a reader must know beside the points. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  private List<Lane> lanes(List<LoadId> curve) {
    return subjects.stream()
        .map(subject -> new Lane(subject, curve.stream().filter(subject::runs).toList()))
        .toList();
  }

  private record Entry(LoadId load, Contender by) {}

  /** A curve as far as one subject gets on it. */
  private final class Lane {
    private final Subject subject;
    private final List<LoadId> loads;

    Lane(Subject subject, List<LoadId> loads) {
      this.subject = subject;
      this.loads = new ArrayList<>(loads);
    }

    /** Measures a load, unless the subject does not run it or its curve ended before. */
    void measure(LoadId load, int round) {
      int place = loads.indexOf(load);
      if (place < 0) {
        return;
      }
      double foreseen = foreseen(place);
      if (round == 1 && foreseen > limit.toMillis() * 1e-3) {
        notes.add(
            "%s by %s and what is larger was not measured: one run would take about %.0f s, and the limit is %.0f s (--limit)."
                .formatted(load, subject.contender(), foreseen, limit.toMillis() * 1e-3));
        cut(place);
        return;
      }
      listener.starting(load, subject.contender(), round);
      Point point = merge(load, subject.measure(load));
      points.put(new Entry(load, subject.contender()), point);
      listener.finished(point);
      if (!point.succeeded()) {
        cut(place);
      }
    }

    /**
     * The time of the next load if the last step's growth goes on, or that of the work itself where
     * it is larger; the square of the work where there was no step yet.
     */
    private double foreseen(int next) {
      if (next == 0) {
        return 0;
      }
      double last = median(loads.get(next - 1));
      double growth = items(loads.get(next)) / items(loads.get(next - 1));
      return last
          * (next == 1 ? growth * growth : Math.max(growth, last / median(loads.get(next - 2))));
    }

    private double items(LoadId load) {
      return Loads.of(load).amount().items();
    }

    private double median(LoadId load) {
      Point point = points.get(new Entry(load, subject.contender()));
      return point == null ? 0 : Spread.of(point.seconds()).median();
    }

    private Point merge(LoadId load, Measured measured) {
      Contender by = subject.contender();
      Point before = points.get(new Entry(load, by));
      List<Double> seconds = new ArrayList<>(before == null ? List.of() : before.seconds());
      long peak = before == null ? 0 : before.peakBytes();
      double heap = before == null ? 0 : before.heapBytes();
      return switch (measured) {
        case Measured.Times times -> {
          seconds.addAll(times.seconds());
          yield new Point(
              load,
              by,
              Loads.of(load).amount(),
              seconds,
              Math.max(peak, times.peakBytes()),
              Math.max(heap, times.heapBytes()),
              times.difference(),
              "");
        }
        case Measured.Failure(String reason) ->
            new Point(load, by, Loads.of(load).amount(), List.of(), 0, 0, 0, reason);
      };
    }

    private void cut(int from) {
      loads.subList(from, loads.size()).clear();
    }
  }
}
