package org.polyak.opencl;

import java.util.HashMap;
import java.util.Map;
import org.polyak.opencl.driver.Kernel;
import org.polyak.opencl.driver.Memory;
import org.polyak.spi.DType;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * Sums, maxima and running sums along an axis. Where there are few results and the axis is long, it
 * is cut into slabs, and a second launch combines what the first found for each.
 */
final class Reduction {
  /** Work-items, or lines' lanes, that a GPU is given where the work allows. */
  private static final int WANTED_ITEMS = 1 << 18;

  /** And a CPU. */
  private static final int WANTED_TASKS = 16;

  /** The least that a work-item does in a slab. */
  private static final int LEAST_STEPS = 64;

  /** Elements of a slab of a running sum: each is walked through by one work-item. */
  private static final int RUN = 64;

  /** From this length on neighbours share a contiguous line. */
  private static final int LEAST_LINE = 8;

  private static final int GROUP = 256;
  private static final int COLUMNS = 32;
  private static final int LANES_OF_LONG_LINES = 64;
  private static final int PACKS_OF_A_LANE = 8;

  /** Of a running sum's own launch. */
  private static final Form RUNNING = new Form(ReduceOp.SUM, Sharing.COLUMNS, 1, 1);

  private final OpenClDevice device;
  private final boolean cooperative;
  private final int stack;
  private final Map<Form, String> options = new HashMap<>();

  Reduction(OpenClDevice device) {
    this.device = device;
    this.cooperative = device.traits().cooperative() && device.traits().groupSize() >= GROUP;
    this.stack = cooperative ? GROUP / COLUMNS : 1;
  }

  /**
   * What lies along an axis.
   *
   * @param memory of the tensor
   * @param start position of the first element of the first result
   * @param strides of the loops over results
   * @param step to the next element of a result; negative from the last on
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Axis(Memory memory, long start, int[] strides, int step) {
    static Axis of(Tensor tensor, int axis, long start, int[] strides) {
      int step = Math.toIntExact(tensor.layout().stride(axis));
      return new Axis(OpenClBuffer.memory(tensor), start, strides, step);
    }

    /** The same from the last element to the first. */
    Axis reversed(int length) {
      return new Axis(memory, start + (length - 1L) * step, strides, -step);
    }
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

  private void reduce(ReduceOp op, Axis in, int length, int[] extents, Axis out) {
    int results = size(extents);
    Form form = form(op, in, length, extents);
    int slab = slab(form, results, length);
    int slabs = Math.max(1, Math.ceilDiv(length, slab));
    if (slabs == 1) {
      launch(form, in, length, extents, out, slab, slabs);
      return;
    }
    try (Scope scope = Scope.open("reduction", device.pool())) {
      Tensor partial = scope.allocate(DType.F32, Shape.of(slabs, results));
      Axis between = partial(partial, extents, results);
      launch(form, in, length, extents, between, slab, slabs);
      reduce(op, between, slabs, extents, out);
    }
  }

  /** Rows of slabs, a column for each result. */
  private static Axis partial(Tensor partial, int[] extents, int results) {
    int[] strides = new int[extents.length];
    int stride = 1;
    for (int axis = extents.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= extents[axis];
    }
    return new Axis(OpenClBuffer.memory(partial), 0, strides, results);
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
    int row = Loops.DEPTH - 1;
    boolean fours = in.start() % 4 == 0;
    for (int axis = 0; axis < row; axis++) {
      fours &= extents[axis] == 1 || in.strides()[axis] % 4 == 0;
    }
    if (in.step() == 1 && length >= LEAST_LINE) {
      int vector = fours && (extents[row] == 1 || in.strides()[row] % 4 == 0) ? 4 : 1;
      int packs = Math.ceilDiv(length, vector * PACKS_OF_A_LANE);
      int lanes = cooperative ? Math.min(Groups.powerOfTwo(packs), LANES_OF_LONG_LINES) : 1;
      return new Form(op, Sharing.LINES, vector, lanes);
    }
    boolean neighbours = in.strides()[row] == 1;
    if (!cooperative) {
      return new Form(op, neighbours ? Sharing.STRIPS : Sharing.COLUMNS, 1, 1);
    }
    fours &= neighbours && extents[row] % 4 == 0 && in.step() % 4 == 0;
    return new Form(op, Sharing.COLUMNS, fours ? 4 : 1, stack);
  }

  private String options(Form form) {
    return options.computeIfAbsent(
        form,
        f ->
            "%s -DSUM=%d -DCOLUMNS=%d -DSTACK=%d -DSIZE=%d -DGROUP=%d -DSHUFFLES=%d"
                .formatted(
                    Packs.options(f.vector()),
                    f.op() == ReduceOp.SUM ? 1 : 0,
                    COLUMNS,
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
    int least = (cooperative ? form.lanes() : GROUP) * LEAST_STEPS;
    return multipleOfFour(Math.max(least, Math.toIntExact(Math.ceilDiv((long) length, slabs))));
  }

  private static int multipleOfFour(int count) {
    return Math.ceilDiv(count, 4) * 4;
  }

  private void launch(
      Form form, Axis in, int length, int[] extents, Axis out, int slab, int slabs) {
    int results = size(extents);
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
            yield (long) results / row * Math.ceilDiv(row, COLUMNS) * slabs;
          }
        };
    kernel.launch(device.queue(), groups * group, group);
  }

  /** Running sums of slabs begin with the running sums of the slabs' sums. */
  private void run(Axis in, int length, int[] extents, Axis out) {
    int results = size(extents);
    int wanted = cooperative ? WANTED_ITEMS : WANTED_TASKS;
    boolean cut = length > 2 * RUN && results < wanted;
    int slab = cut ? multipleOfFour(Math.max(RUN, length / (wanted / results))) : length;
    int slabs = Math.ceilDiv(length, slab);
    if (slabs == 1) {
      launchRun(in, length, extents, out, slab, out.memory());
      return;
    }
    try (Scope scope = Scope.open("running sum", device.pool())) {
      Tensor partial = scope.allocate(DType.F32, Shape.of(slabs, results));
      Axis between = partial(partial, extents, results);
      launch(form(ReduceOp.SUM, in, length, extents), in, length, extents, between, slab, slabs);
      run(between, slabs, extents, between);
      launchRun(in, length, extents, out, slab, between.memory());
    }
  }

  private void launchRun(Axis in, int length, int[] extents, Axis out, int slab, Memory before) {
    int results = size(extents);
    boolean lines =
        cooperative
            && Math.abs(in.step()) == 1
            && Math.abs(out.step()) == 1
            && length >= LEAST_LINE;
    int group = lines ? RUN : device.traits().groupSize();
    long items = (long) results * Math.ceilDiv(length, slab);
    device
        .kernel("reduction", options(RUNNING), lines ? "running_lines" : "running_sum")
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

  private static int size(int[] extents) {
    long size = 1;
    for (int extent : extents) {
      size *= extent;
    }
    return Math.toIntExact(size);
  }
}
