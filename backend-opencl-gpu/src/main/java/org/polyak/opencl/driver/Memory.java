package org.polyak.opencl.driver;

import org.jocl.CL;
import org.jocl.cl_mem;

/** A piece of device memory. Released exactly once, by {@link #close}. */
public final class Memory implements AutoCloseable {
  private final cl_mem handle;
  private final long bytes;
  private boolean released;

  Memory(cl_mem handle, long bytes) {
    this.handle = handle;
    this.bytes = bytes;
  }

  /** Its size. */
  public long bytes() {
    return bytes;
  }

  cl_mem handle() {
    if (released) {
      throw new IllegalStateException("This device memory was released.");
    }
    return handle;
  }

  @Override
  public void close() {
    if (!released) {
      released = true;
      Status.check(CL.clReleaseMemObject(handle), "releasing memory");
    }
  }
}
