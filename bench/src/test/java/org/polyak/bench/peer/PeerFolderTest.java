package org.polyak.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Finding peers in their folder. */
class PeerFolderTest {
  @TempDir Path folder;

  @BeforeEach
  void aFolderForEachPeer() throws IOException {
    Files.createDirectories(folder.resolve("right"));
    Files.createDirectories(folder.resolve("failing"));
  }

  @Test
  void foldersNameTheLibrariesOfPeers() {
    PeerFolder peers = PeerFolder.at(folder);
    assertThat(peers.ids()).containsExactly("failing", "right", "right-again");
    PeerFolder.Found found = peers.peer("right");
    assertThat(found.folder()).isEqualTo(folder);
    assertThat(found.peer().version()).isEqualTo("Fake right 1.0");
  }

  @Test
  void aPeerSeesTheJarsOfAllAndItsOwn() throws IOException {
    jar(folder.resolve("all.jar"), "shared.txt");
    jar(folder.resolve("right").resolve("one.jar"), "own.txt");
    jar(folder.resolve("failing").resolve("other.jar"), "foreign.txt");
    ClassLoader loader = PeerFolder.at(folder).peer("right").loader();
    assertThat(loader.getResource("shared.txt")).isNotNull();
    assertThat(loader.getResource("own.txt")).isNotNull();
    assertThat(loader.getResource("foreign.txt")).isNull();
  }

  @Test
  void peersOfOneLibraryShareItsJars() {
    PeerFolder peers = PeerFolder.at(folder);
    assertThat(peers.peer("right-again").loader()).isSameAs(peers.peer("right").loader());
    assertThat(peers.peer("failing").loader()).isNotSameAs(peers.peer("right").loader());
  }

  @Test
  void aNameThatNoPeerHasIsAnsweredWithTheNearest() {
    assertThatThrownBy(() -> PeerFolder.at(folder).peer("rigth"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("no 'rigth'", "Did you mean 'right'?", "failing, right");
  }

  @Test
  void anEmptyFolderSaysHowToBuildPeers() {
    assertThatThrownBy(() -> PeerFolder.at(folder.resolve("nowhere")))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContainingAll("no peers at", "nowhere", "mvn -Ppeers", "--peers-folder");
  }

  @Test
  void aFolderWithoutItsPeerSaysSo() throws IOException {
    Files.createDirectories(folder.resolve("stranger"));
    assertThatThrownBy(() -> PeerFolder.at(folder))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContainingAll("a peer of the library 'stranger'", "mvn -Ppeers");
  }

  @Test
  void aJarOfAnotherVersionSaysSo() throws IOException {
    Files.createDirectories(folder.resolve("old"));
    jar(
        folder.resolve("old").resolve("old.jar"),
        "META-INF/services/" + Peer.class.getName(),
        "org.polyak.bench.peers.NoLongerThere");
    assertThatThrownBy(() -> PeerFolder.at(folder))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContainingAll("do not fit this version", "NoLongerThere", "anew");
  }

  private static void jar(Path file, String entry, String... lines) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out)) {
      jar.putNextEntry(new JarEntry(entry));
      jar.write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }
  }
}
