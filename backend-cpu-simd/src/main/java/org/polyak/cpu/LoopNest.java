package org.polyak.cpu;

import java.util.Arrays;
import org.polyak.spi.Layout;

/**
 * The loops over all positions of several tensors of one shape.
 *
 * <p>Axes of extent 1 are dropped, the rest are ordered by the first tensor's strides, largest
 * first, and neighbours that every tensor allows are merged. The last loop, the inner one, is given
 * to the caller as a run with one stride per tensor; contiguous tensors make a single long run.
 */
final class LoopNest {
  /** Longest piece of a run that is handed out at once. */
  private static final int PIECE = 16 * 1024;

  /** Elements per task: enough to pay for handing it to another thread. */
  private static final int TASK = 32 * 1024;

  /** What is done with one run. */
  @FunctionalInterface
  interface Run {
    /**
     * Handles positions {@code at[t] + i * strides[t]} of tensor t, for i below n.
     *
     * @param at changes from call to call; not to be kept, and longer than there are tensors
     */
    void run(int n, int[] at, int[] strides, Worker worker);
  }

  /** Number of loops; the arrays by axis may be longer. */
  private final int depth;

  private final int[] extents;
  private final int[][] strides;
  private final int[] offsets;
  private final int inner;
  private final int[] innerStrides;
  private final int outerCount;

  private LoopNest(int depth, int[] extents, int[][] strides, int[] offsets) {
    this.depth = depth;
    this.extents = extents;
    this.strides = strides;
    this.offsets = offsets;
    int last = depth - 1;
    this.inner = last < 0 ? 1 : extents[last];
    this.innerStrides = new int[offsets.length];
    for (int t = 0; t < offsets.length; t++) {
      innerStrides[t] = last < 0 ? 1 : strides[t][last];
    }
    int count = 1;
    for (int axis = 0; axis < last; axis++) {
      count = Math.multiplyExact(count, extents[axis]);
    }
    this.outerCount = count;
  }

  /** The loops over layouts of one shape, which is not empty; the first decides their order. */
  static LoopNest of(Layout... layouts) {
    return ofAxes(-1, layouts);
  }

  /** The loops over all axes but one. */
  static LoopNest without(int axis, Layout... layouts) {
    return ofAxes(axis, layouts);
  }

  private static LoopNest ofAxes(int skipped, Layout... layouts) {
    Layout first = layouts[0];
    int[] axes = axesByStride(skipped, first);
    int[] extents = new int[axes.length];
    int[][] strides = new int[layouts.length][axes.length];
    int[] offsets = new int[layouts.length];
    int used = 0;
    for (int axis : axes) {
      int extent = first.shape().dim(axis);
      if (used > 0 && merges(layouts, axis, extent, strides, used - 1)) {
        used--;
        extent *= extents[used];
      }
      extents[used] = extent;
      for (int t = 0; t < layouts.length; t++) {
        strides[t][used] = Math.toIntExact(layouts[t].stride(axis));
      }
      used++;
    }
    for (int t = 0; t < layouts.length; t++) {
      offsets[t] = CpuBuffer.offset(layouts[t]);
    }
    return new LoopNest(used, extents, strides, offsets);
  }

  /** The axes longer than 1, but one, that with the largest stride first. */
  private static int[] axesByStride(int skipped, Layout layout) {
    int[] axes = new int[layout.shape().rank()];
    int used = 0;
    for (int axis = 0; axis < axes.length; axis++) {
      if (axis == skipped || layout.shape().dim(axis) == 1) {
        continue;
      }
      int place = used++;
      for (; place > 0 && layout.stride(axes[place - 1]) < layout.stride(axis); place--) {
        axes[place] = axes[place - 1];
      }
      axes[place] = axis;
    }
    return Arrays.copyOf(axes, used);
  }

  private static boolean merges(
      Layout[] layouts, int axis, int extent, int[][] strides, int outer) {
    for (int t = 0; t < layouts.length; t++) {
      if (strides[t][outer] != layouts[t].stride(axis) * extent) {
        return false;
      }
    }
    return true;
  }

  /** Length of a run. */
  int inner() {
    return inner;
  }

  /** The distance between neighbours of a run in tensor t. */
  int innerStride(int tensor) {
    return innerStrides[tensor];
  }

  /** Number of runs. */
  int outerCount() {
    return outerCount;
  }

  /** Handles every run on the threads of the pool, cut into pieces by shape alone. */
  void forEach(WorkerPool pool, Run run) {
    forEach(pool, 1, PIECE, run);
  }

  /**
   * As {@link #forEach(WorkerPool, Run)}, where every position stands for more work.
   *
   * @param weight elements behind one position
   * @param longest longest piece of a run
   */
  void forEach(WorkerPool pool, int weight, int longest, Run run) {
    int piece = Math.min(inner, longest);
    int pieces = Tasks.count(inner, piece);
    int units = Math.multiplyExact(outerCount, pieces);
    int perTask = Math.clamp(TASK / ((long) piece * weight), 1, units);
    pool.parallelFor(
        Tasks.count(units, perTask),
        (task, worker) -> {
          int until = Math.min(units, (task + 1) * perTask);
          int[] at = worker.borrowIntegers(offsets.length);
          int[] index = worker.borrowIntegers(extents.length);
          int[] pieceAt = pieces == 1 ? at : worker.borrowIntegers(offsets.length);
          locate(task * perTask / pieces, index, at);
          for (int unit = task * perTask; unit < until; unit++) {
            int from = unit % pieces * piece;
            if (pieces > 1) {
              for (int t = 0; t < offsets.length; t++) {
                pieceAt[t] = at[t] + from * innerStrides[t];
              }
            }
            run.run(Math.min(piece, inner - from), pieceAt, innerStrides, worker);
            if (from + piece >= inner) {
              advance(index, at);
            }
          }
          worker.giveBack(at);
          worker.giveBack(index);
          if (pieces > 1) {
            worker.giveBack(pieceAt);
          }
        });
  }

  /** The indices of a run along the outer axes, and where it begins in every tensor. */
  private void locate(int outer, int[] index, int[] at) {
    System.arraycopy(offsets, 0, at, 0, offsets.length);
    int rest = outer;
    for (int axis = depth - 2; axis >= 0; axis--) {
      index[axis] = rest % extents[axis];
      rest /= extents[axis];
      move(axis, index[axis], at);
    }
  }

  /** Goes on to the next run. */
  private void advance(int[] index, int[] at) {
    for (int axis = depth - 2; axis >= 0; axis--) {
      index[axis]++;
      move(axis, 1, at);
      if (index[axis] < extents[axis]) {
        return;
      }
      move(axis, -extents[axis], at);
      index[axis] = 0;
    }
  }

  private void move(int axis, int steps, int[] at) {
    for (int t = 0; t < offsets.length; t++) {
      at[t] += steps * strides[t][axis];
    }
  }
}
