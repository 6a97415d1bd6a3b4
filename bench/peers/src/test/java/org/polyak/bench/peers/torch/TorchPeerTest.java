package org.polyak.bench.peers.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.bench.load.Load;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Loads;
import org.polyak.bench.load.Numbers;
import org.polyak.bench.load.Suite;
import org.polyak.bench.load.TrainingLoad;
import org.polyak.bench.load.Variant;
import org.polyak.bench.measure.BackendRequest;
import org.polyak.bench.measure.Effort;
import org.polyak.bench.measure.Measured;
import org.polyak.bench.measure.PeerSubject;
import org.polyak.bench.peer.OpenPeer;
import org.polyak.bench.peer.PeerFolder;
import org.polyak.bench.peer.PeerInputs;

/** Every load by PyTorch, at a shape that takes no time. */
class TorchPeerTest {
  private static final TorchPeer PEER = new TorchPeer();

  @TempDir Path folder;

  static Stream<LoadId> loads() {
    return Arrays.stream(Suite.values())
        .flatMap(suite -> suite.curves(Suite.Size.TINY, List.of(Variant.values())).stream())
        .flatMap(List::stream)
        .distinct()
        .filter(load -> PEER.runs(Loads.of(load)));
  }

  /** Training goes on where it was, so its outputs do not come back. */
  static Stream<LoadId> loadsThatRepeat() {
    return loads().filter(load -> !(Loads.of(load) instanceof TrainingLoad));
  }

  @ParameterizedTest
  @MethodSource("loads")
  void everyLoadFindsWhatWeFind(LoadId load) throws IOException {
    Files.createDirectory(folder.resolve(PEER.id()));
    PeerFolder.Found found = PeerFolder.at(folder).peer(PEER.id());
    assertThat(new PeerSubject(found, 1, Effort.TRIAL).measure(load))
        .isInstanceOf(Measured.Times.class);
  }

  /** Scripts keep tensors from one call to the next, and write into some. */
  @ParameterizedTest
  @MethodSource("loadsThatRepeat")
  void everyLoadFindsTheSameAgain(LoadId id) {
    Load load = Loads.of(id);
    try (var session = new BackendRequest("cpu-simd", Map.of("threads", "1")).open();
        var scope = session.openScope("parameters");
        OpenPeer torch = PEER.open(1)) {
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
