package org.polyak.cpu;

/** How loops are cut into tasks: by shape alone. */
final class Tasks {
  private Tasks() {}

  /** Number of pieces of at most {@code each} that cover {@code total}. */
  static int count(int total, int each) {
    return total / each + (total % each == 0 ? 0 : 1);
  }
}
