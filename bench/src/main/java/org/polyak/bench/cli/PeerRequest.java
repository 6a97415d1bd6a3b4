package org.polyak.bench.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.bench.peer.PeerFolder;
import org.polyak.bench.peer.PeerUnavailableException;

/**
 * Which other libraries are measured.
 *
 * @param wanted whether any are
 * @param ids which; all that there are when it is empty
 * @param folder where they lie; null: where a checkout builds them
 */
record PeerRequest(boolean wanted, List<String> ids, @Nullable Path folder) {
  /** None. */
  static final PeerRequest NONE = new PeerRequest(false, List.of(), null);

  /** Set by the launcher in a checkout. */
  private static final String CHECKOUT = "polyak.peers";

  /**
   * The peers in the order in which they were named, or else in that of their ids.
   *
   * @throws BenchException when they are not there
   */
  List<PeerFolder.Found> find() {
    if (!wanted) {
      return List.of();
    }
    try {
      PeerFolder place = PeerFolder.at(place());
      return (ids.isEmpty() ? place.ids() : ids).stream().map(place::peer).toList();
    } catch (IllegalArgumentException e) {
      throw new BenchException(BenchExit.USAGE, "--peer: " + e.getMessage(), e);
    } catch (PeerUnavailableException e) {
      throw new BenchException(BenchExit.BACKEND_UNAVAILABLE, e.getMessage(), e);
    }
  }

  private Path place() {
    if (folder != null) {
      return folder;
    }
    String checkout = System.getProperty(CHECKOUT);
    if (checkout == null) {
      throw new PeerUnavailableException(
          "Peers are no part of this program, and no folder of theirs was named.",
          "Build them in a checkout with '%s' and name their folder, bench/peers/target/peers, with --peers-folder."
              .formatted(PeerFolder.BUILD),
          null);
    }
    return Path.of(checkout);
  }
}
