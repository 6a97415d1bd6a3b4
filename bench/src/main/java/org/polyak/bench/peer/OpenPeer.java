package org.polyak.bench.peer;

import org.polyak.bench.load.Load;

/** A library that is loaded, for one load. Confined to one thread. */
public interface OpenPeer extends AutoCloseable {
  /**
   * What the library says of itself here, in one line: its build, the kernels it chose for this
   * processor, the number of threads.
   */
  String description();

  /**
   * Copies the inputs into the library's own memory, in the arrangement that suits it best, and
   * allocates what can be allocated before.
   *
   * @param load one that {@link Peer#runs} answered for with true
   * @return work that is done when {@code run} returns, whose outputs are those that the load
   *     documents
   */
  Load.Work prepare(Load load, PeerInputs inputs);

  /** Gives everything back. */
  @Override
  void close();
}
