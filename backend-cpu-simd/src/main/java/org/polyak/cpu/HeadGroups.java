package org.polyak.cpu;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * How the heads of a batch are cut into tasks. The heads of one sequence lie side by side in every
 * row, so a task takes several of them, block of tokens by block of tokens: then all of a cache
 * line, and of a page, is used while it is near. Heads do not depend on each other, so the cut does
 * not change a bit of the result.
 *
 * @param batch number of sequences
 * @param heads heads per sequence
 * @param perTask heads of one task, at most
 */
record HeadGroups(int batch, int heads, int perTask) {
  /** Floats of state that stay in the second-level cache next to the rows at work. */
  private static final int MOST_STATE = 128 * 1024;

  /** Enough tasks that threads of uneven speed finish together. */
  private static final int TASKS_PER_THREAD = 3;

  /**
   * Chooses the cut.
   *
   * @param stateSize floats of state that one head carries
   */
  static HeadGroups of(int batch, int heads, int stateSize, int threads) {
    int byThreads = threads == 1 ? heads : batch * heads / (TASKS_PER_THREAD * threads);
    int most = Math.min(byThreads, MOST_STATE / Math.max(1, stateSize));
    return new HeadGroups(batch, heads, Math.clamp(most, 1, Math.max(1, heads)));
  }

  private int perSequence() {
    return Math.ceilDiv(heads, perTask);
  }

  /** Number of tasks. */
  int count() {
    return batch * perSequence();
  }

  /** Something for each head of a task, made from its number as counted through the batch. */
  <H> List<H> of(int task, IntFunction<H> head) {
    int first = task % perSequence() * perTask;
    int sequence = task / perSequence();
    return IntStream.range(first, Math.min(heads, first + perTask))
        .map(h -> sequence * heads + h)
        .mapToObj(head)
        .toList();
  }

  /**
   * What is done to one head and one block of tokens.
   *
   * @param <H> the head
   */
  @FunctionalInterface
  interface Step<H> {
    /** Works on {@code count} tokens from token {@code from} on. */
    void run(H head, int from, int count);
  }

  /** Takes all heads through the tokens {@code [from, to)}, block by block. */
  static <H> void forwards(List<H> group, int from, int to, int block, Step<H> step) {
    for (int at = from; at < to; at += block) {
      for (H head : group) {
        step.run(head, at, Math.min(block, to - at));
      }
    }
  }

  /** Takes all heads through the tokens {@code [0, to)}, the last block first. */
  static <H> void backwards(List<H> group, int to, int block, Step<H> step) {
    for (int i = Math.ceilDiv(to, block) - 1; i >= 0; i--) {
      for (H head : group) {
        step.run(head, i * block, Math.min(block, to - i * block));
      }
    }
  }
}
