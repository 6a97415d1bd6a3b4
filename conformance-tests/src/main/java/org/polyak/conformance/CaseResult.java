package org.polyak.conformance;

import java.time.Duration;

/**
 * A case that ran.
 *
 * @param subject the case
 * @param verdict what it found
 * @param duration how long it took
 */
public record CaseResult(ConformanceCase subject, Verdict verdict, Duration duration) {
  /** Whether everything that was checked held. */
  public boolean passed() {
    return verdict.passed();
  }

  /** Whether it failed although it is binding. */
  public boolean refuses() {
    return !passed() && subject.level() == Level.MUST;
  }
}
