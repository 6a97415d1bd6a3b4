package org.polyak.bench.peers.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.bench.load.Load;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Loads;
import org.polyak.bench.load.Numbers;
import org.polyak.bench.load.Suite;
import org.polyak.bench.load.Variant;
import org.polyak.bench.measure.BackendRequest;
import org.polyak.bench.peer.OpenPeer;
import org.polyak.bench.peer.Peer;
import org.polyak.bench.peer.PeerInputs;

/** PyTorch's scripts, at shapes that take no time. */
class TorchPeerTest {
  /** All but training, which goes on where it was, so that its outputs do not come back. */
  static Stream<Arguments> loads() {
    List<LoadId> loads =
        Arrays.stream(Suite.values())
            .filter(suite -> suite != Suite.TRAINING)
            .flatMap(suite -> suite.curves(Suite.Size.TINY, List.of(Variant.values())).stream())
            .flatMap(List::stream)
            .distinct()
            .toList();
    return Stream.of(new TorchPeer(), new TorchInPlacePeer())
        .flatMap(peer ->
            loads.stream()
                .filter(load -> peer.runs(Loads.of(load)))
                .map(load -> Arguments.of(peer.id(), peer, load)));
  }

  /** Scripts keep tensors from one call to the next, and write into some. */
  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("loads")
  void everyLoadFindsTheSameAgain(String id, Peer peer, LoadId name) {
    Load load = Loads.of(name);
    try (var session = new BackendRequest("cpu-simd", Map.of("threads", "1")).open();
        var scope = session.openScope("parameters");
        OpenPeer torch = peer.open(1)) {
      var parameters = load.parameters(session.engine(), scope);
      Load.Work work = torch.prepare(load, new PeerInputs(new Numbers(), parameters));
      List<float[]> first = work.outputs();
      for (int i = 0; i < 3; i++) {
        work.run();
      }
      List<float[]> last = work.outputs();
      assertThat(last).hasSameSizeAs(first);
      for (int i = 0; i < first.size(); i++) {
        float[] now = last.get(i);
        float[] then = first.get(i);
        assertThat(now).hasSameSizeAs(then);
        for (int j = 0; j < now.length; j++) {
          // Elements are of order 1, and sums of at most 64 terms: some units in the last place.
          assertThat(now[j]).isCloseTo(then[j], within(1e-5f));
        }
      }
    }
  }
}
