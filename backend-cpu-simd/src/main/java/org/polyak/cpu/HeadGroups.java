package org.polyak.cpu;

/**
 * How the heads of a batch are cut into tasks. The heads of one sequence lie side by side in every
 * row, so a task takes several of them, block of tokens by block of tokens: then memory is read and
 * written in its own order. Heads do not depend on each other, so the cut does not change a bit of
 * the result.
 *
 * @param batch number of sequences
 * @param heads heads per sequence
 * @param perTask heads of one task, which divide those of a sequence
 */
record HeadGroups(int batch, int heads, int perTask) {
  /** Floats of state that stay in the second-level cache next to the rows at work. */
  private static final int MOST_STATE = 128 * 1024;

  /** How much longer whole rows may take than single heads, which share out best. */
  private static final double LONGEST = 1.125;

  /**
   * Chooses the cut: as many heads in a task as keep all threads busy. A task with all heads reads
   * and writes whole rows, which lie in memory without gaps.
   *
   * @param stateSize floats of state that one head carries
   */
  static HeadGroups of(int batch, int heads, int stateSize, int threads) {
    int limit = (int) (LONGEST * Math.ceilDiv(batch * heads, threads));
    int perTask = Math.clamp(MOST_STATE / Math.max(1, stateSize), 1, Math.max(1, heads));
    while (perTask > 1
        && (heads % perTask != 0
            || Math.ceilDiv(batch * heads / perTask, threads) * perTask > limit)) {
      perTask--;
    }
    return new HeadGroups(batch, heads, perTask);
  }

  /** Number of tasks. */
  int count() {
    return batch * (heads / perTask);
  }

  /** The sequence of a task's heads. */
  int sequence(int task) {
    return index(task) / heads;
  }

  /** The first head of a task. */
  int first(int task) {
    return index(task) % heads;
  }

  /** The number of a task's first head, counted through the batch. */
  int index(int task) {
    return task * perTask;
  }

  /** What is done to a block of tokens. */
  @FunctionalInterface
  interface Step {
    /** Works on {@code count} tokens from token {@code from} on. */
    void run(int from, int count);
  }

  /** Goes through the tokens {@code [from, to)}, block by block. */
  static void forwards(int from, int to, int block, Step step) {
    for (int at = from; at < to; at += block) {
      step.run(at, Math.min(block, to - at));
    }
  }

  /** Goes through the tokens {@code [0, to)}, the last block first. */
  static void backwards(int to, int block, Step step) {
    for (int i = Math.ceilDiv(to, block) - 1; i >= 0; i--) {
      step.run(i * block, Math.min(block, to - i * block));
    }
  }
}
