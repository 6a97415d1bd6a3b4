package org.polyak.opencl.driver;

import java.util.ArrayList;
import java.util.List;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_event;

/** Device time of launches, for a queue that was opened to measure it. */
final class LaunchClock {
  /** Launches whose events are kept at most; the last one waits until all are done. */
  private static final int MOST_PENDING = 1024;

  /**
   * A launch that may not be done yet.
   *
   * @param kernel what was launched
   * @param event that knows when it began and ended
   */
  private record Launch(Kernel kernel, cl_event event) {}

  private final List<Launch> pending = new ArrayList<>();

  /** A launch that was submitted, with its event. */
  void add(Kernel kernel, cl_event event) {
    pending.add(new Launch(kernel, event));
    if (pending.size() == MOST_PENDING) {
      read();
    }
  }

  /** Waits for all launches and adds their times to their kernels. */
  void read() {
    for (Launch launch : pending) {
      Status.check(
          CL.clWaitForEvents(1, new cl_event[] {launch.event}),
          "waiting for kernel '%s'".formatted(launch.kernel.name()));
      launch.kernel.addTime(
          time(launch, CL.CL_PROFILING_COMMAND_END) - time(launch, CL.CL_PROFILING_COMMAND_START));
    }
    forget();
  }

  /** Gives up what was not read. */
  void forget() {
    for (Launch launch : pending) {
      CL.clReleaseEvent(launch.event);
    }
    pending.clear();
  }

  private static long time(Launch launch, int moment) {
    long[] nanoseconds = {0};
    Status.check(
        CL.clGetEventProfilingInfo(
            launch.event, moment, Sizeof.cl_ulong, Pointer.to(nanoseconds), null),
        "asking how long kernel '%s' took".formatted(launch.kernel.name()));
    return nanoseconds[0];
  }
}
