package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.opencl.driver.Queue;
import org.polyak.spi.Profile;

/**
 * What kernels work with: the queue, the device's memory, its programs, and what it is good at.
 *
 * @param queue in-order
 * @param pool device memory
 * @param library programs
 * @param traits what the device is good at
 */
record OpenClDevice(Queue queue, MemoryPool pool, KernelLibrary library, Traits traits)
    implements AutoCloseable {
  /** A kernel of a resource, waiting for its first argument. */
  Kernel kernel(String resource, String options, String function) {
    return kernel(resource, options, function, 0);
  }

  /** One of several that remember arguments of their own. */
  Kernel kernel(String resource, String options, String function, int instance) {
    return library.kernel(resource, options, function, instance).begin();
  }

  /** What was done since this was last asked; afterwards all counts begin at 0. */
  Profile profile() {
    queue.readClock();
    Profile profile =
        new Profile(library.counts(), queue.uploads(), queue.downloads(), pool.heldBytes());
    library.clearCounts();
    queue.clearCounts();
    return profile;
  }

  @Override
  public void close() {
    queue.finish();
    library.close();
    pool.close();
    queue.close();
  }
}
