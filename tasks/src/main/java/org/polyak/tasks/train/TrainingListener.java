package org.polyak.tasks.train;

import org.polyak.tasks.report.Measurement;
import org.polyak.tasks.report.Metric;

/** Follows a run. */
public interface TrainingListener {
  /**
   * A step is done.
   *
   * @param step how many steps are done
   * @param steps how many there will be
   * @param loss of this step
   * @param tokensPerSecond since the start of this process
   */
  void stepped(long step, long steps, double loss, double tokensPerSecond);

  /**
   * Something was measured.
   *
   * @param metric of the task
   * @param measurement the values
   * @param steps how many steps there will be
   */
  void measured(Metric metric, Measurement measurement, long steps);

  /** Something else to tell, on one line. */
  void told(String line);
}
