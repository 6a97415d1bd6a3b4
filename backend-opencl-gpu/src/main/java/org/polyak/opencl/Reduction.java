package org.polyak.opencl;

import java.util.HashMap;
import java.util.Map;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.DType;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * Sums and maxima along an axis. Where there are few results and the axis is long, it is cut into
 * slabs, and a second launch combines what the first found for each.
 */
final class Reduction {
  /** Work-items, or lines' lanes, that a GPU is given where the work allows. */
  private static final int WANTED_ITEMS = 1 << 18;

  /** And a CPU. */
  private static final int WANTED_TASKS = 16;

  /** The least that a work-item does in a slab. */
  private static final int LEAST_STEPS = 16;

  /** And on a CPU. */
  private static final int LEAST_TASK = 1 << 14;

  /** From this length on neighbours share a contiguous line. */
  private static final int LEAST_LINE = 8;

  private static final int GROUP = 256;
  private static final int COLUMNS = 16;

  /** Results of a work-item that does best alone. */
  private static final int STRIP = 32;

  private static final int LANES_OF_LONG_LINES = 64;
  private static final int PACKS_OF_A_LANE = 8;

  private final OpenClDevice device;
  private final boolean cooperative;
  private final int stack;
  private final Map<Form, String> options = new HashMap<>();

  Reduction(OpenClDevice device) {
    this.device = device;
    this.cooperative = device.traits().cooperative() && device.traits().groupSize() >= GROUP;
    this.stack = cooperative ? GROUP / COLUMNS : 1;
  }

  void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
    if (out.shape().size() == 0) {
      return;
    }
    Loops loops = Loops.without(axis, out.layout(), in.layout());
    for (long[] start : loops.starts()) {
      reduce(
          op,
          Axis.of(in, axis, start[1], loops.strides()[1]),
          in.shape().dim(axis),
          loops.extents(),
          new Axis(OpenClBuffer.memory(out), start[0], loops.strides()[0], 0));
    }
  }

  /** Sums of slabs of an axis; {@code out} has a row for each slab. */
  void sumSlabs(Axis in, int length, int[] extents, Axis out, int slab) {
    Form form = form(ReduceOp.SUM, in, length, extents);
    launch(form, in, length, extents, out, slab, Math.ceilDiv(length, slab));
  }

  private void reduce(ReduceOp op, Axis in, int length, int[] extents, Axis out) {
    int results = Loops.size(extents);
    Form form = form(op, in, length, extents);
    int slab = slab(form, results, length);
    int slabs = Math.max(1, Math.ceilDiv(length, slab));
    if (slabs == 1) {
      launch(form, in, length, extents, out, slab, slabs);
      return;
    }
    try (Scope scope = Scope.open("reduction", device.pool())) {
      Tensor partial = scope.allocate(DType.F32, Shape.of(slabs, results));
      Axis between = Axis.ofRows(partial, extents);
      launch(form, in, length, extents, between, slab, slabs);
      reduce(op, between, slabs, extents, out);
    }
  }

  /** Which kernel shares the work. */
  private enum Sharing {
    LINES("lines"),
    COLUMNS("columns"),
    STRIPS("strips");

    private final String function;

    Sharing(String function) {
      this.function = function;
    }
  }

  /**
   * How a launch shares the work.
   *
   * @param op what is computed
   * @param sharing which kernel
   * @param vector elements of a line, or results next to each other, that move together
   * @param lanes work-items for each result and slab
   */
  private record Form(ReduceOp op, Sharing sharing, int vector, int lanes) {}

  private Form form(ReduceOp op, Axis in, int length, int[] extents) {
    if (in.step() == 1 && length >= LEAST_LINE) {
      int vector = in.leadsToFours(in.start(), extents, Loops.DEPTH) ? 4 : 1;
      int packs = Math.ceilDiv(length, vector * PACKS_OF_A_LANE);
      int lanes = cooperative ? Math.min(Groups.powerOfTwo(packs), LANES_OF_LONG_LINES) : 1;
      return new Form(op, Sharing.LINES, vector, lanes);
    }
    if (!cooperative) {
      boolean neighbours = in.strides()[Loops.DEPTH - 1] == 1;
      return new Form(op, neighbours ? Sharing.STRIPS : Sharing.COLUMNS, 1, 1);
    }
    return new Form(op, Sharing.COLUMNS, in.hasRowsOfFours(extents) ? 4 : 1, stack);
  }

  private String options(Form form) {
    return options.computeIfAbsent(
        form,
        f ->
            "%s -DSUM=%d -DCOLUMNS=%d -DSTACK=%d -DSIZE=%d -DGROUP=%d -DSHUFFLES=%d"
                .formatted(
                    Packs.options(f.vector()),
                    f.op() == ReduceOp.SUM ? 1 : 0,
                    f.sharing() == Sharing.STRIPS ? STRIP : COLUMNS,
                    stack,
                    f.sharing() == Sharing.LINES ? f.lanes() : 1,
                    cooperative ? GROUP : 1,
                    device.traits().assembler() ? 1 : 0));
  }

  /** Elements of a slab, a multiple of four: the whole axis where there are results enough. */
  private int slab(Form form, int results, int length) {
    // Half as many work-items keep the memory busy where each reads packs of results.
    boolean packs = form.sharing() == Sharing.COLUMNS && form.vector() > 1;
    long items = (long) (packs ? Math.ceilDiv(results, 2) : results) * form.lanes();
    long slabs = Math.max(1, (cooperative ? WANTED_ITEMS : WANTED_TASKS) / items);
    int least = cooperative ? form.lanes() * LEAST_STEPS : LEAST_TASK;
    return (int) Groups.cover(Math.max(least, Math.ceilDiv((long) length, slabs)), 4);
  }

  private void launch(
      Form form, Axis in, int length, int[] extents, Axis out, int slab, int slabs) {
    int results = Loops.size(extents);
    Kernel kernel = device.kernel("reduction", options(form), form.sharing().function);
    kernel
        .memory(out.memory())
        .integer(out.start())
        .integers(out.strides())
        .memory(in.memory())
        .integer(in.start())
        .integers(in.strides())
        .integers(extents)
        .integer(results)
        .integer(length)
        .integer(in.step())
        .integer(slab)
        .integer(slabs);
    int group =
        switch (form.sharing()) {
          case LINES -> cooperative ? GROUP : 1;
          case COLUMNS -> COLUMNS * stack;
          case STRIPS -> 1;
        };
    long groups =
        switch (form.sharing()) {
          case LINES -> Math.ceilDiv((long) results * slabs, group / form.lanes());
          case COLUMNS -> (long) Math.ceilDiv(results, COLUMNS * form.vector()) * slabs;
          case STRIPS -> {
            int row = extents[Loops.DEPTH - 1];
            yield (long) results / row * Math.ceilDiv(row, STRIP) * slabs;
          }
        };
    kernel.launch(device.queue(), groups * group, group);
  }
}
