package org.polyak.tasks.config;

import java.util.List;

/**
 * The learning rate over time.
 *
 * @param kind the curve after the warm-up
 * @param warmup steps over which the rate rises linearly
 * @param milestones steps at which the step schedule multiplies the rate
 * @param factor by what it multiplies
 * @param minimum the final rate of the cosine and linear schedules, as a share of the learning rate
 */
public record ScheduleConfig(
    Kind kind, int warmup, List<Integer> milestones, double factor, double minimum) {
  /** Copies the list. */
  public ScheduleConfig {
    milestones = List.copyOf(milestones);
  }

  /** The curve. */
  public enum Kind {
    /** No change. */
    CONSTANT,
    /** Times the factor at each milestone. */
    STEP,
    /** Half a cosine down to the minimum at the last step. */
    COSINE,
    /** A line down to the minimum at the last step. */
    LINEAR
  }
}
