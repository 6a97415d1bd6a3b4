package org.polyak.bench.peer;

import java.util.List;
import org.polyak.bench.load.Load;

/**
 * Another library that does the work of some loads, as a service. Its jar names it in {@code
 * META-INF/services/org.polyak.bench.peer.Peer} and lies, with the library's own, in a folder that
 * is named by the {@link #library}; see {@link PeerFolder}.
 *
 * <p>Objects are made in the program itself as well as in the processes that measure: only {@link
 * #open} may touch the library, and it is called in a process that measures this peer alone.
 */
public interface Peer {
  /** The short name: lower-case letters, digits and hyphens. */
  String id();

  /**
   * The name of the folder with the library's jars: the peer's id, unless several peers use one
   * library in different ways.
   */
  default String library() {
    return id();
  }

  /** The library's name with its version, for example {@code OpenBLAS 0.3.31}. */
  String version();

  /** Whether it can do the work of a load, as far as is known without the library. */
  boolean runs(Load load);

  /** What the virtual machine that measures this peer is to be started with; usually nothing. */
  default List<String> virtualMachineArguments() {
    return List.of();
  }

  /**
   * Loads the library.
   *
   * @param threads that compute, as many as ours
   * @throws PeerUnavailableException when it cannot run on this machine
   */
  OpenPeer open(int threads);
}
