package org.polyak.opencl.driver;

import java.util.Arrays;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/**
 * A kernel of a built program. Arguments are given in their order and remembered: what did not
 * change since the last launch is not handed to the driver again.
 *
 * <pre>{@code
 * kernel.memory(in).memory(out).integer(n).real(scale).launch(queue, groups * 256, 256);
 * }</pre>
 */
public final class Kernel implements AutoCloseable {
  private final String name;
  private final cl_kernel handle;
  private final long largestGroup;
  private @Nullable Object[] last = new Object[0];
  private int position;
  private long launches;
  private long nanoseconds;
  private boolean released;

  /** With the largest work-group that the device allows for it. */
  Kernel(String name, cl_kernel handle, long largestGroup) {
    this.name = name;
    this.handle = handle;
    this.largestGroup = largestGroup;
  }

  /** The function's name. */
  public String name() {
    return name;
  }

  /** Launches so far, since {@link #clearCounts}. */
  public long launches() {
    return launches;
  }

  /** Device time of these launches; 0 unless the queue measures it. */
  public long nanoseconds() {
    return nanoseconds;
  }

  /** Begins to count from 0 again. */
  public void clearCounts() {
    launches = 0;
    nanoseconds = 0;
  }

  /** Begins with the first argument, also after a launch that was given up half-way. */
  public Kernel begin() {
    position = 0;
    return this;
  }

  /** The next argument: a pointer to device memory. */
  public Kernel memory(Memory memory) {
    cl_mem value = memory.handle();
    return changed(value) ? set(Sizeof.cl_mem, Pointer.to(value)) : next();
  }

  /** The next argument: an {@code int}. */
  public Kernel integer(int value) {
    return changed(value) ? set(Sizeof.cl_int, Pointer.to(new int[] {value})) : next();
  }

  /** The next argument: a {@code long}. */
  public Kernel integer(long value) {
    return changed(value) ? set(Sizeof.cl_long, Pointer.to(new long[] {value})) : next();
  }

  /** The next argument: a vector of {@code int}, such as {@code int4}. */
  public Kernel integers(int... values) {
    return changed(Arrays.stream(values).boxed().toList())
        ? set((long) values.length * Sizeof.cl_int, Pointer.to(values))
        : next();
  }

  /** The next argument: a vector of {@code long}, such as {@code long4}. */
  public Kernel integers(long... values) {
    return changed(Arrays.stream(values).boxed().toList())
        ? set((long) values.length * Sizeof.cl_long, Pointer.to(values))
        : next();
  }

  /** The next argument: a {@code float}. */
  public Kernel real(float value) {
    return changed(value) ? set(Sizeof.cl_float, Pointer.to(new float[] {value})) : next();
  }

  /** Submits the kernel over work-items {@code global} in groups of {@code local}. */
  public void launch(Queue queue, long global, long local) {
    launch(queue, new long[] {global}, new long[] {local});
  }

  /**
   * Submits the kernel over two or three axes.
   *
   * @throws OpenClException when the device refuses it, or does not allow groups of this size
   */
  public void launch(Queue queue, long[] global, long[] local) {
    position = 0;
    long group = 1;
    for (long axis : local) {
      group *= axis;
    }
    if (group > largestGroup) {
      throw new OpenClException(
          "Kernel '%s' cannot run in groups of %,d on device '%s', which allows it %,d at most. Report it with the name of the device."
              .formatted(name, group, queue.device().name(), largestGroup),
          CL.CL_INVALID_WORK_GROUP_SIZE);
    }
    queue.launch(this, global, local);
    launches++;
  }

  cl_kernel handle() {
    if (released) {
      throw new IllegalStateException("Kernel '%s' was released.".formatted(name));
    }
    return handle;
  }

  void addTime(long measured) {
    nanoseconds += measured;
  }

  @Override
  public void close() {
    if (!released) {
      released = true;
      Status.check(CL.clReleaseKernel(handle), "releasing kernel '%s'".formatted(name));
    }
  }

  /** Whether the value differs from that of the last launch; remembers it. */
  private boolean changed(Object value) {
    if (position == last.length) {
      last = Arrays.copyOf(last, position + 1);
    }
    boolean different = !value.equals(last[position]);
    last[position] = value;
    return different;
  }

  private Kernel set(long bytes, Pointer value) {
    int status = CL.clSetKernelArg(handle(), position, bytes, value);
    if (status != CL.CL_SUCCESS) {
      throw Status.failure(status, "giving kernel '%s' its argument %d".formatted(name, position));
    }
    return next();
  }

  private Kernel next() {
    position++;
    return this;
  }
}
