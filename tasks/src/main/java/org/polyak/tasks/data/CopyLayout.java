package org.polyak.tasks.data;

/** Where the word stands in a sequence of the copy task. */
public enum CopyLayout {
  /** {@code w 0 w 0 0 …}: what the paper's released code generates. */
  RELEASED(0),
  /** {@code 0 w 0 w 0 …}: the form that section 4.1 prints. */
  PRINTED(1);

  private final int start;

  CopyLayout(int start) {
    this.start = start;
  }

  /** The position of the word's first symbol. */
  int start() {
    return start;
  }
}
