package org.polyak.bench.peers.blas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.bench.peer.PeerUnavailableException;

/** Native libraries from jars. */
class UnpackedLibrariesTest {
  @TempDir Path folder;
  private Path resource;
  private Path cache;

  @BeforeEach
  void aLibrary() throws IOException {
    resource = folder.resolve("jar/org/bytedeco/some/linux-x86_64/libsome.so.1");
    cache = folder.resolve("cache");
    Files.createDirectories(resource.getParent());
    Files.writeString(resource, "code");
  }

  @Test
  void librariesAreUnpackedOnce() throws IOException {
    Path unpacked = unpack("libsome.so.1");
    assertThat(unpacked).isEqualTo(cache.resolve("some-1.2"));
    assertThat(unpacked.resolve("libsome.so.1")).hasContent("code");
    Files.writeString(resource, "other code");
    assertThat(unpack("libsome.so.1").resolve("libsome.so.1")).hasContent("code");
    assertThat(cache).isDirectoryNotContaining(path -> !path.endsWith("some-1.2"));
  }

  @Test
  void whatCannotBeUnpackedWholeIsNotThere() throws IOException {
    assertThatThrownBy(() -> unpack("libsome.so.1", "libmissing.so"))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContainingAll("some", "no jar of the peer has", "libmissing.so");
    assertThat(cache).isEmptyDirectory();
  }

  @Test
  void otherPlatformsAreNamed() {
    UnpackedLibraries.requirePlatform("Linux", "amd64");
    assertThatThrownBy(() -> UnpackedLibraries.requirePlatform("Mac OS X", "aarch64"))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContaining("are for linux-x86_64, and this is Mac OS X on aarch64");
  }

  private Path unpack(String... files) throws IOException {
    URL[] jars = {folder.resolve("jar").toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(jars)) {
      return new UnpackedLibraries(cache).folder(loader, "some", "1.2", List.of(files));
    }
  }
}
