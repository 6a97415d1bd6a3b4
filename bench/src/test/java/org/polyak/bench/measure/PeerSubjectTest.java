package org.polyak.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.peer.PeerFolder;

/** Peers as they are measured: who is wrong or fails is never timed. */
class PeerSubjectTest {
  private static final LoadId PRODUCT = new LoadId("matmul", "", "5x64x3");

  @TempDir Path folder;

  @BeforeEach
  void aFolderForEachPeer() throws IOException {
    for (String id : new String[] {"right", "wrong", "failing"}) {
      Files.createDirectories(folder.resolve(id));
    }
  }

  @Test
  void aRightPeerIsTimedAndDescribesItself() {
    PeerSubject subject = subject("right", Effort.TRIAL);
    assertThat(subject.contender().version()).isEqualTo("Fake right 1.0");
    assertThat(subject.measure(PRODUCT))
        .isInstanceOfSatisfying(
            Measured.Times.class,
            times -> {
              assertThat(times.seconds()).hasSize(1).allMatch(seconds -> seconds > 0);
              // Sums in another order: equal only if nothing was compared.
              assertThat(times.difference()).isBetween(Double.MIN_VALUE, 1e-6);
            });
    assertThat(subject.description()).isEqualTo("plain loops, asked for 2 threads");
  }

  @Test
  void aPeerIsFoundAgainInAProcessOfItsOwn() {
    Effort fork = new Effort(1, 0, 1, Duration.ofMillis(1));
    assertThat(subject("right", fork).measure(PRODUCT)).isInstanceOf(Measured.Times.class);
  }

  @Test
  void aWrongPeerIsRefused() {
    assertThat(subject("wrong", Effort.TRIAL).measure(PRODUCT))
        .isInstanceOfSatisfying(
            Measured.Failure.class,
            failure ->
                assertThat(failure.reason())
                    .contains("WrongResultException", "differs from ours", "rounding explains"));
  }

  @Test
  void aFailingPeerSaysWhy() {
    assertThat(subject("failing", Effort.TRIAL).measure(PRODUCT))
        .isInstanceOfSatisfying(
            Measured.Failure.class,
            failure ->
                assertThat(failure.reason()).contains("There is no such library. Leave it out."));
  }

  @Test
  void aPeerIsAskedWhatItRuns() {
    PeerSubject subject = subject("right", Effort.TRIAL);
    assertThat(subject.runs(PRODUCT)).isTrue();
    assertThat(subject.runs(new LoadId("matmul-batched", "", "2x2x2x2"))).isFalse();
    assertThat(subject.runs(new LoadId("tanh", "", "2x2"))).isFalse();
  }

  private PeerSubject subject(String id, Effort effort) {
    return new PeerSubject(PeerFolder.at(folder).peer(id), 2, effort);
  }
}
