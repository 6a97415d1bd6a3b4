package org.polyak.opencl.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jocl.CL;
import org.jocl.cl_event;

/** Device memory on its way to the host; see {@link Queue#beginRead}. */
public final class Arrival {
  private final Queue queue;
  private final cl_event event = new cl_event();
  private final MemorySegment staged;

  Arrival(Queue queue, long bytes) {
    this.queue = queue;
    this.staged = Arena.ofAuto().allocate(Math.max(1, bytes)).asSlice(0, bytes);
  }

  /** Waits for the copy and hands it over. To be called once. */
  public void to(MemorySegment host) {
    try {
      Status.check(
          CL.clWaitForEvents(1, new cl_event[] {event}), "waiting for a copy from the device");
      MemorySegment.copy(staged, 0, host, 0, staged.byteSize());
    } finally {
      queue.forget(this);
    }
  }

  cl_event event() {
    return event;
  }

  MemorySegment staged() {
    return staged;
  }

  void release() {
    CL.clReleaseEvent(event);
  }
}
