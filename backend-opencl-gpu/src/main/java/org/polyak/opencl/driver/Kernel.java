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
  private @Nullable Object[] last = new Object[0];
  private int position;

  Kernel(String name, cl_kernel handle) {
    this.name = name;
    this.handle = handle;
  }

  /** The function's name. */
  public String name() {
    return name;
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

  /** Submits the kernel over two or three axes. */
  public void launch(Queue queue, long[] global, long[] local) {
    position = 0;
    queue.launch(this, global, local);
  }

  cl_kernel handle() {
    return handle;
  }

  @Override
  public void close() {
    Status.check(CL.clReleaseKernel(handle), "releasing kernel '%s'".formatted(name));
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
    Status.check(
        CL.clSetKernelArg(handle, position, bytes, value),
        "giving kernel '%s' its argument %d".formatted(name, position));
    return next();
  }

  private Kernel next() {
    position++;
    return this;
  }
}
