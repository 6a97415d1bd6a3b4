package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Tensor;

/** Sums, maxima and running sums along an axis. */
final class Reduction {
  /** From this length on a work-group shares one line. */
  private static final int LONG_LINE = 64;

  private static final int GROUP = 128;

  private final OpenClDevice device;

  Reduction(OpenClDevice device) {
    this.device = device;
  }

  void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
    if (out.shape().size() == 0) {
      return;
    }
    int length = in.shape().dim(axis);
    int step = Math.toIntExact(in.layout().stride(axis));
    String options = "-DSUM=%d -DSIZE=%d".formatted(op == ReduceOp.SUM ? 1 : 0, GROUP);
    Loops loops = Loops.without(axis, out.layout(), in.layout());
    boolean lines = device.traits().cooperative() && length >= LONG_LINE;
    Kernel kernel = device.kernel("reduction", options, lines ? "lines" : "columns");
    int results = Math.toIntExact(loops.size());
    for (long[] start : loops.starts()) {
      kernel
          .memory(OpenClBuffer.memory(out))
          .integer(start[0])
          .integers(loops.strides()[0])
          .memory(OpenClBuffer.memory(in))
          .integer(start[1])
          .integers(loops.strides()[1])
          .integers(loops.extents());
      if (lines) {
        kernel.integer(length).integer(step).launch(device.queue(), (long) results * GROUP, GROUP);
      } else {
        int group = device.traits().groupSize();
        kernel
            .integer(results)
            .integer(length)
            .integer(step)
            .launch(device.queue(), Groups.cover(results, group), group);
      }
    }
  }

  void cumulativeSum(Tensor in, int axis, boolean reversed, Tensor out) {
    if (out.shape().size() == 0) {
      return;
    }
    Loops loops = Loops.without(axis, out.layout(), in.layout());
    Kernel kernel = device.kernel("reduction", "-DSUM=1 -DSIZE=" + GROUP, "running_sum");
    int results = Math.toIntExact(loops.size());
    int group = device.traits().groupSize();
    for (long[] start : loops.starts()) {
      kernel
          .memory(OpenClBuffer.memory(out))
          .integer(start[0])
          .integers(loops.strides()[0])
          .integer(Math.toIntExact(out.layout().stride(axis)))
          .memory(OpenClBuffer.memory(in))
          .integer(start[1])
          .integers(loops.strides()[1])
          .integer(Math.toIntExact(in.layout().stride(axis)))
          .integers(loops.extents())
          .integer(results)
          .integer(in.shape().dim(axis))
          .integer(reversed ? 1 : 0)
          .launch(device.queue(), Groups.cover(results, group), group);
    }
  }
}
