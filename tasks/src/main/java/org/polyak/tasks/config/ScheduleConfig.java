package org.polyak.tasks.config;

/**
 * The learning rate over time.
 *
 * @param kind the curve
 * @param every steps between drops of the step schedule
 * @param times how many drops it has
 * @param factor by what a drop multiplies
 * @param warmup the share of all steps over which the cosine and linear schedules rise first
 * @param minimum their final rate, as a share of the learning rate
 */
public record ScheduleConfig(
    Kind kind, int every, int times, double factor, double warmup, double minimum) {
  /** The curve. */
  public enum Kind {
    /** No change. */
    CONSTANT,
    /** Times the factor, every so many steps. */
    STEP,
    /** A rise, then half a cosine down to the minimum at the last step. */
    COSINE,
    /** A rise, then a line down to the minimum at the last step. */
    LINEAR
  }
}
