package org.polyak.spi;

/** Reductions along one axis. */
public enum ReduceOp {
  /** Sum; 0 over an empty axis. */
  SUM,
  /** Largest; NaN if any is NaN; −∞ over an empty axis. */
  MAXIMUM
}
