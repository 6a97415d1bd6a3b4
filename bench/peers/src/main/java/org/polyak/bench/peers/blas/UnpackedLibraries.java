package org.polyak.bench.peers.blas;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.polyak.bench.peer.PeerUnavailableException;

/**
 * Native libraries from a jar in a folder of the user's cache: unpacked once for each version, and
 * renamed into place when all are there, so that no process sees a part of them.
 */
final class UnpackedLibraries {
  private static final String PLATFORM = "linux-x86_64";

  private final Path cache;

  /** In a folder, which is made where there is none. */
  UnpackedLibraries(Path cache) {
    this.cache = cache;
  }

  /**
   * In the user's cache.
   *
   * @throws PeerUnavailableException where the libraries do not run
   */
  static UnpackedLibraries ofUser() {
    requirePlatform(System.getProperty("os.name"), System.getProperty("os.arch"));
    return new UnpackedLibraries(
        Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .filter(folder -> !folder.isEmpty())
            .map(Path::of)
            .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
            .resolve("polyak")
            .resolve("peers"));
  }

  /** Checks that this is Linux on x86-64, as Java names them. */
  static void requirePlatform(String system, String processor) {
    if (!system.equals("Linux") || !processor.equals("amd64")) {
      throw new PeerUnavailableException(
          "Its native libraries are for %s, and this is %s on %s."
              .formatted(PLATFORM, system, processor),
          "Name the other peers with --peer.",
          null);
    }
  }

  /**
   * The folder with the libraries.
   *
   * @param loader finds the jar
   * @param artifact name in {@code org.bytedeco}
   * @param version of the libraries
   * @param files their names
   * @throws PeerUnavailableException when the jar or the cache is unusable
   */
  Path folder(ClassLoader loader, String artifact, String version, List<String> files) {
    Path target = cache.resolve(artifact + "-" + version);
    if (Files.isDirectory(target)) {
      return target;
    }
    try {
      Files.createDirectories(cache);
      Path fresh = Files.createTempDirectory(cache, artifact);
      try {
        for (String file : files) {
          unpack(loader, "org/bytedeco/%s/%s/%s".formatted(artifact, PLATFORM, file), fresh);
        }
        move(fresh, target);
      } finally {
        remove(fresh);
      }
      return target;
    } catch (IOException e) {
      throw new PeerUnavailableException(
          "The native libraries of %s cannot be unpacked to %s: %s."
              .formatted(artifact, target, e.getMessage()),
          "Make room there, or set XDG_CACHE_HOME to a folder that you may write to.",
          e);
    }
  }

  private static void unpack(ClassLoader loader, String resource, Path folder) throws IOException {
    try (InputStream in = loader.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("no jar of the peer has " + resource);
      }
      Files.copy(in, folder.resolve(Path.of(resource).getFileName()));
    }
  }

  /** Another process may have been faster, with the same files. */
  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      return;
    }
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
