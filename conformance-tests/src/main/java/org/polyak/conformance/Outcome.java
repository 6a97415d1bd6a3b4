package org.polyak.conformance;

/** What a run of the suite says about a backend. */
public enum Outcome {
  /** Every case ran, and every {@link Level#MUST} case passed. */
  CERTIFIED,
  /** No {@link Level#MUST} case failed, but something did not run. */
  PARTIAL,
  /** A {@link Level#MUST} case failed. */
  FAILED
}
