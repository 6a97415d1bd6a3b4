package org.polyak.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Suite;
import org.polyak.bench.load.Variant;
import org.polyak.bench.measure.Effort;
import org.polyak.bench.measure.Measured;
import org.polyak.bench.measure.PeerSubject;
import org.polyak.bench.peer.PeerFolder;

/**
 * Runs every load that a peer has once, at a shape that takes no time, in a process of its own: it
 * must find what we find.
 */
class PeersSmoke {
  private static final Effort ONCE = new Effort(1, 0, 1, Duration.ofMillis(1));

  static Stream<Arguments> loads() {
    PeerFolder folder = PeerFolder.at(Path.of(System.getProperty("polyak.peers")));
    return folder.ids().stream()
        .map(folder::peer)
        .flatMap(found -> {
          PeerSubject subject = new PeerSubject(found, 2, ONCE);
          return tiny()
              .filter(subject::runs)
              .map(load -> Arguments.of(found.peer().id(), subject, load));
        });
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("loads")
  void everyPeerFindsWhatWeFind(String id, PeerSubject subject, LoadId load) {
    assertThat(subject.measure(load)).isInstanceOf(Measured.Times.class);
    assertThat(subject.description()).contains("2 threads");
  }

  private static Stream<LoadId> tiny() {
    return Arrays.stream(Suite.values())
        .flatMap(suite -> suite.curves(Suite.Size.TINY, List.of(Variant.values())).stream())
        .flatMap(List::stream)
        .distinct();
  }
}
