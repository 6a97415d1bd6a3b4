package org.polyak.tasks.data;

/**
 * Which positions of a copy sequence are scored. A position is scored for its prediction of the
 * next symbol.
 */
public enum CopyMask {
  /**
   * The n positions that predict the second w. All are determined by what came before, so an
   * accuracy of 1 is attainable.
   */
  COPY(0),
  /**
   * These and the position before: the released code's n + 1 positions. The extra one must predict
   * that the word ends here, which nothing announces; a perfect copier stays slightly below 1.
   */
  RELEASED(1);

  private final int before;

  CopyMask(int before) {
    this.before = before;
  }

  /** How many positions before the separator are scored too. */
  int before() {
    return before;
  }
}
