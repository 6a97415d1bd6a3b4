package org.polyak.bench.measure;

import java.time.Duration;

/**
 * How long each load is measured.
 *
 * @param rounds how often all loads are measured one after the other, each time in a process of its
 *     own, so that a slow minute of the machine falls on all of them; 0 measures once in this
 *     process, which is good for trying only
 * @param warmups iterations in each process before those that count
 * @param iterations that count
 * @param iteration time of one; a run that takes longer makes it longer
 */
public record Effort(int rounds, int warmups, int iterations, Duration iteration) {
  /** What results are reported with. */
  public static final Effort FULL = new Effort(3, 5, 5, Duration.ofMillis(500));

  /** Seconds for each load. */
  public static final Effort QUICK = new Effort(1, 3, 5, Duration.ofMillis(200));

  /** One iteration in this process. */
  public static final Effort TRIAL = new Effort(0, 0, 1, Duration.ofMillis(1));

  /** The same with another number of rounds. */
  public Effort withRounds(int count) {
    return new Effort(count, warmups, iterations, iteration);
  }
}
