package org.polyak.opencl;

import java.util.Arrays;
import java.util.Comparator;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.polyak.spi.Layout;

/**
 * The positions of several tensors of one shape as a few nested loops, and a list of starts where
 * these are not enough. Axes of extent 1 are dropped, the rest are ordered by the first tensor's
 * strides, largest first, and neighbours that every tensor allows are merged.
 */
final class Loops {
  /** Nested loops of an element-wise kernel. */
  static final int DEPTH = 4;

  private final int[] extents;
  private final int[][] strides;
  private final long[][] starts;

  private Loops(int[] extents, int[][] strides, long[][] starts) {
    this.extents = extents;
    this.strides = strides;
    this.starts = starts;
  }

  /** Extents of the loops, the innermost last; 1 where fewer are needed. */
  int[] extents() {
    return extents;
  }

  /** For each tensor, the strides of the loops. */
  int[][] strides() {
    return strides;
  }

  /** For each start, the first position in every tensor. */
  long[][] starts() {
    return starts;
  }

  /** Over all axes, four loops; the shape is not empty. */
  static Loops over(Layout... layouts) {
    return of(DEPTH, axis -> true, layouts);
  }

  /** Over all axes but one, four loops. */
  static Loops without(int skipped, Layout... layouts) {
    return of(DEPTH, axis -> axis != skipped, layouts);
  }

  /** Over all axes but the last two, two loops: batches of matrices. Extents may differ there. */
  static Loops batches(Layout... layouts) {
    int axes = layouts[0].shape().rank() - 2;
    return of(2, axis -> axis < axes, layouts);
  }

  private static Loops of(int depth, IntPredicate included, Layout... layouts) {
    Layout first = layouts[0];
    int tensors = layouts.length;
    int[] axes =
        IntStream.range(0, first.shape().rank())
            .filter(axis -> included.test(axis) && first.shape().dim(axis) != 1)
            .boxed()
            .sorted(Comparator.comparingLong((Integer axis) -> -first.stride(axis)))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] merged = new int[axes.length];
    long[][] steps = new long[tensors][axes.length];
    int used = 0;
    for (int axis : axes) {
      int extent = first.shape().dim(axis);
      if (used > 0 && merges(layouts, axis, extent, steps, used - 1)) {
        used--;
        extent *= merged[used];
      }
      merged[used] = extent;
      for (int t = 0; t < tensors; t++) {
        steps[t][used] = layouts[t].stride(axis);
      }
      used++;
    }
    int inner = Math.min(used, depth);
    int outer = used - inner;
    int[] extents = new int[depth];
    int[][] strides = new int[tensors][depth];
    Arrays.fill(extents, 1);
    for (int i = 0; i < inner; i++) {
      extents[depth - inner + i] = merged[outer + i];
      for (int t = 0; t < tensors; t++) {
        strides[t][depth - inner + i] = Math.toIntExact(steps[t][outer + i]);
      }
    }
    return new Loops(extents, strides, starts(layouts, merged, steps, outer));
  }

  /** Number of positions from one start. */
  long size() {
    long size = 1;
    for (int extent : extents) {
      size *= extent;
    }
    return size;
  }

  /** Number of positions in loops of some extents, where it is known to be an {@code int}. */
  static int size(int[] extents) {
    int size = 1;
    for (int extent : extents) {
      size = Math.multiplyExact(size, extent);
    }
    return size;
  }

  /** Whether every tensor's positions from one start are neighbours, or all the same. */
  boolean isFlat() {
    int last = extents.length - 1;
    return size() == extents[last] && Arrays.stream(strides).allMatch(s -> s[last] <= 1);
  }

  /**
   * Whether four elements can move together in the innermost loop: every tensor has neighbours
   * there, or one element, and rows of neighbours begin at multiples of four.
   */
  boolean allowFours() {
    int last = extents.length - 1;
    for (int t = 0; t < strides.length; t++) {
      int step = strides[t][last];
      boolean broadcast = step == 0 && t > 0;
      if (step != 1 && !broadcast) {
        return false;
      }
      for (int axis = 0; axis < last && !broadcast; axis++) {
        if (extents[axis] > 1 && strides[t][axis] % 4 != 0) {
          return false;
        }
      }
      for (long[] start : starts) {
        if (!broadcast && start[t] % 4 != 0) {
          return false;
        }
      }
    }
    return true;
  }

  private static long[][] starts(Layout[] layouts, int[] extents, long[][] steps, int outer) {
    int count = 1;
    for (int axis = 0; axis < outer; axis++) {
      count = Math.multiplyExact(count, extents[axis]);
    }
    long[][] starts = new long[count][layouts.length];
    for (int i = 0; i < count; i++) {
      int rest = i;
      for (int t = 0; t < layouts.length; t++) {
        starts[i][t] = layouts[t].offset();
      }
      for (int axis = outer - 1; axis >= 0; axis--) {
        for (int t = 0; t < layouts.length; t++) {
          starts[i][t] += rest % extents[axis] * steps[t][axis];
        }
        rest /= extents[axis];
      }
    }
    return starts;
  }

  private static boolean merges(Layout[] layouts, int axis, int extent, long[][] steps, int outer) {
    for (int t = 0; t < layouts.length; t++) {
      if (steps[t][outer] != layouts[t].stride(axis) * extent) {
        return false;
      }
    }
    return true;
  }
}
