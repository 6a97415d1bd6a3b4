package org.polyak.nn.optim;

/** The learning rate as a function of the number of updates done before. Nothing is carried. */
public sealed interface LearningRateSchedule {
  /**
   * The learning rate of one update.
   *
   * @param step updates done before it, from 0
   */
  double at(long step);

  /**
   * The same rate always.
   *
   * @param rate positive
   */
  record Constant(double rate) implements LearningRateSchedule {
    /** Checks the rate. */
    public Constant {
      requirePositive("rate", rate);
    }

    @Override
    public double at(long step) {
      return rate;
    }
  }

  /**
   * {@code rate · factor^⌊step/every⌋}, at most {@code times} times.
   *
   * @param rate before the first drop
   * @param factor what a drop multiplies by, positive
   * @param every steps between drops, at least 1
   * @param times number of drops, at least 0; the copy task of the paper drops once
   */
  record StepDecay(double rate, double factor, long every, int times)
      implements LearningRateSchedule {
    /** Checks the values. */
    public StepDecay {
      requirePositive("rate", rate);
      requirePositive("factor", factor);
      if (every < 1 || times < 0) {
        throw new IllegalArgumentException(
            "A step decay needs at least one step between drops and no negative number of drops, not %d and %d."
                .formatted(every, times));
      }
    }

    @Override
    public double at(long step) {
      return rate * StrictMath.pow(factor, (int) Math.min(step / every, times));
    }
  }

  /**
   * A linear rise from {@code rate/warmup} at step 0 to {@code rate}, reached after {@code warmup}
   * updates; then half a cosine wave down to {@code last} at step {@code total}, and {@code last}
   * after it.
   *
   * @param rate the highest rate
   * @param last the final rate, not negative
   * @param warmup number of rising steps, at least 0
   * @param total number of steps until the final rate, more than {@code warmup}
   */
  record WarmupCosine(double rate, double last, long warmup, long total)
      implements LearningRateSchedule {
    /** Checks the values. */
    public WarmupCosine {
      requireRamp(rate, last, warmup, total);
    }

    @Override
    public double at(long step) {
      if (step < warmup) {
        return rate * (step + 1) / warmup;
      }
      double done = Math.min(1, (double) (step - warmup) / (total - warmup));
      return last + (rate - last) * 0.5 * (1 + StrictMath.cos(StrictMath.PI * done));
    }
  }

  /**
   * As {@link WarmupCosine} with a straight line in place of the wave.
   *
   * @param rate the highest rate
   * @param last the final rate, not negative
   * @param warmup number of rising steps, at least 0
   * @param total number of steps until the final rate, more than {@code warmup}
   */
  record WarmupLinear(double rate, double last, long warmup, long total)
      implements LearningRateSchedule {
    /** Checks the values. */
    public WarmupLinear {
      requireRamp(rate, last, warmup, total);
    }

    @Override
    public double at(long step) {
      if (step < warmup) {
        return rate * (step + 1) / warmup;
      }
      double done = Math.min(1, (double) (step - warmup) / (total - warmup));
      return rate + (last - rate) * done;
    }
  }

  private static void requirePositive(String name, double value) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "The %s of a learning-rate schedule must be positive and finite, not %s."
              .formatted(name, value));
    }
  }

  private static void requireRamp(double rate, double last, long warmup, long total) {
    requirePositive("rate", rate);
    if (!(last >= 0 && Double.isFinite(last)) || warmup < 0 || total <= warmup) {
      throw new IllegalArgumentException(
          "A schedule with warm-up needs a final rate of at least 0 and 0 ≤ warm-up < total steps, not %s, %d and %d."
              .formatted(last, warmup, total));
    }
  }
}
