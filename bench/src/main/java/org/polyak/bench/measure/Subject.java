package org.polyak.bench.measure;

import org.polyak.bench.load.LoadId;
import org.polyak.bench.result.Contender;

/** What is measured: a backend or a peer. */
public interface Subject {
  /** Who it is, in results. */
  Contender contender();

  /** Whether it can do the work of a load. */
  boolean runs(LoadId load);

  /**
   * Measures a load once.
   *
   * @throws JmhException when JMH itself cannot run, for example beside another JMH
   */
  Measured measure(LoadId load);
}
