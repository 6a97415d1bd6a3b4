package org.polyak.opencl;

import java.util.HashMap;
import java.util.Map;
import org.polyak.opencl.driver.Memory;
import org.polyak.spi.DType;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * Running sums along an axis. Where there are few results and the axis is long, it is cut into
 * slabs: their sums are found first, then the running sums of these, with which the slabs begin.
 */
final class RunningSum {
  /** Work-items that a GPU is given where the work allows. */
  private static final int WANTED_ITEMS = 1 << 18;

  /** And a CPU. */
  private static final int WANTED_TASKS = 16;

  /** Elements of a slab at least, where a work-item walks alone. */
  private static final int LEAST_WALK = 64;

  /** And where several share a line. */
  private static final int LEAST_LINE_SLAB = 1024;

  /** From this length on neighbours share a contiguous line. */
  private static final int LEAST_LINE = 8;

  private static final int GROUP = 256;
  private static final int LEAST_LANES = 4;
  private static final int MOST_LANES = 32;

  /** That a lane has in registers. */
  private static final int PACKS_OF_A_LANE = 2;

  private final OpenClDevice device;
  private final Reduction reduction;
  private final boolean cooperative;
  private final Map<Form, String> options = new HashMap<>();

  RunningSum(OpenClDevice device, Reduction reduction) {
    this.device = device;
    this.reduction = reduction;
    this.cooperative = device.traits().cooperative() && device.traits().groupSize() >= GROUP;
  }

  /**
   * How a launch shares the work.
   *
   * @param lines whether neighbours share a contiguous line
   * @param vector elements of a line, or results next to each other, that move together
   * @param lanes work-items for each slab
   */
  private record Form(boolean lines, int vector, int lanes) {
    /** Slabs of one number. */
    int walks(int results) {
      return lines ? results : results / vector;
    }
  }

  void cumulativeSum(Tensor in, int axis, boolean reversed, Tensor out) {
    if (out.shape().size() == 0) {
      return;
    }
    int length = in.shape().dim(axis);
    Loops loops = Loops.without(axis, out.layout(), in.layout());
    for (long[] start : loops.starts()) {
      Axis from = Axis.of(in, axis, start[1], loops.strides()[1]);
      Axis to = Axis.of(out, axis, start[0], loops.strides()[0]);
      run(
          reversed ? from.reversed(length) : from,
          length,
          loops.extents(),
          reversed ? to.reversed(length) : to);
    }
  }

  private void run(Axis in, int length, int[] extents, Axis out) {
    Form form = form(in, length, extents, out);
    int results = Loops.size(extents);
    int slab = slab(form, results, length);
    if (slab >= length) {
      launch(form, in, length, extents, out, length, out.memory());
      return;
    }
    try (Scope scope = Scope.open("running sum", device.pool())) {
      int slabs = Math.ceilDiv(length, slab);
      Tensor sums = scope.allocate(DType.F32, Shape.of(slabs, results));
      Axis between = Axis.ofRows(sums, extents);
      reduction.sumSlabs(in, length, extents, between, slab);
      run(between, slabs, extents, between);
      launch(form, in, length, extents, out, slab, between.memory());
    }
  }

  private Form form(Axis in, int length, int[] extents, Axis out) {
    boolean lines = Math.abs(in.step()) == 1 && in.step() == out.step() && length >= LEAST_LINE;
    if (!cooperative || !lines) {
      boolean fours = cooperative && in.hasRowsOfFours(extents) && out.hasRowsOfFours(extents);
      return new Form(false, fours ? 4 : 1, 1);
    }
    // From the last element on, the lowest address of the first four counts.
    int lowest = in.step() > 0 ? 0 : 3;
    boolean fours =
        in.leadsToFours(in.start() - lowest, extents, Loops.DEPTH)
            && out.leadsToFours(out.start() - lowest, extents, Loops.DEPTH);
    int vector = fours ? 4 : 1;
    int packs = Math.ceilDiv(length, vector * PACKS_OF_A_LANE);
    int lanes = Math.clamp(Groups.powerOfTwo(packs), LEAST_LANES, MOST_LANES);
    return new Form(true, vector, lanes);
  }

  /** Elements of a slab, a multiple of four: the whole axis where there are results enough. */
  private int slab(Form form, int results, int length) {
    int items = form.walks(results) * form.lanes();
    int slabs = Math.max(1, (cooperative ? WANTED_ITEMS : WANTED_TASKS) / items);
    int least = form.lines() ? LEAST_LINE_SLAB : LEAST_WALK;
    return length <= 2 * least
        ? length
        : (int) Groups.cover(Math.max(least, Math.ceilDiv(length, slabs)), 4);
  }

  private void launch(
      Form form, Axis in, int length, int[] extents, Axis out, int slab, Memory before) {
    int results = Loops.size(extents);
    int group = cooperative ? GROUP : device.traits().groupSize();
    long items = (long) form.walks(results) * form.lanes() * Math.ceilDiv(length, slab);
    device
        .kernel("running", options(form), form.lines() ? "lines" : "columns")
        .memory(out.memory())
        .integer(out.start())
        .integers(out.strides())
        .integer(out.step())
        .memory(in.memory())
        .integer(in.start())
        .integers(in.strides())
        .integer(in.step())
        .integers(extents)
        .integer(results)
        .integer(length)
        .integer(slab)
        .memory(before)
        .launch(device.queue(), Groups.cover(items, group), group);
  }

  private String options(Form form) {
    return options.computeIfAbsent(
        form,
        f ->
            "%s -DSIZE=%d -DGROUP=%d -DSHUFFLES=%d"
                .formatted(
                    Packs.options(f.vector()),
                    f.lanes(),
                    cooperative ? GROUP : 1,
                    device.traits().assembler() ? 1 : 0));
  }
}
