package org.polyak.bench.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * Where peers lie: a folder with the jars that all of them need, and in it a folder for each peer,
 * named by its id, with the jars that only this one needs.
 */
public final class PeerFolder {
  /** Builds the folder in a checkout. */
  public static final String BUILD = "mvn -Ppeers -pl bench/peers -am -DskipTests package";

  private final Path folder;

  private PeerFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * A folder of peers.
   *
   * @throws PeerUnavailableException when there is none
   */
  public static PeerFolder at(Path folder) {
    PeerFolder peers = new PeerFolder(folder.toAbsolutePath().normalize());
    if (peers.ids().isEmpty()) {
      throw new PeerUnavailableException(
          "There are no peers at %s.".formatted(peers.folder),
          "Build them in a checkout with '%s', or name their folder with --peers-folder."
              .formatted(BUILD),
          null);
    }
    return peers;
  }

  /**
   * A peer and its folder, where a process that measures it finds it again.
   *
   * @param folder of all peers
   * @param peer not opened yet
   * @param loader sees the jars of all peers and those of this one
   */
  public record Found(Path folder, Peer peer, ClassLoader loader) {}

  /** The folder. */
  public Path path() {
    return folder;
  }

  /** The peers' ids, in order. */
  public List<String> ids() {
    return list(folder, Files::isDirectory).stream()
        .map(path -> path.getFileName().toString())
        .toList();
  }

  /**
   * A peer with a class loader of its own, which sees this program too. The loader stays as long as
   * the process.
   *
   * @throws PeerUnavailableException when no jar has it, or when it was built for another version
   */
  public Found peer(String id) {
    List<URL> jars = new ArrayList<>();
    Stream.of(folder, folder.resolve(id))
        .flatMap(place -> list(place, path -> path.toString().endsWith(".jar")).stream())
        .forEach(jar -> jars.add(url(jar)));
    URLClassLoader loader =
        new URLClassLoader(jars.toArray(URL[]::new), PeerFolder.class.getClassLoader());
    try {
      for (Peer peer : ServiceLoader.load(Peer.class, loader)) {
        if (peer.id().equals(id)) {
          return new Found(folder, peer, loader);
        }
      }
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new PeerUnavailableException(
          "The peers at %s do not fit this version of Polyak: %s."
              .formatted(folder, e.getMessage()),
          "Build them anew with '%s'.".formatted(BUILD),
          e);
    }
    throw new PeerUnavailableException(
        "No jar in %s or in its folder %s has the peer '%s'.".formatted(folder, id, id),
        "Remove the folder, or build the peers anew with '%s'.".formatted(BUILD),
        null);
  }

  private interface Choice {
    boolean takes(Path path);
  }

  private static List<Path> list(Path place, Choice choice) {
    if (!Files.isDirectory(place)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.list(place)) {
      return paths.filter(choice::takes).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException("Every file has an address.", e);
    }
  }
}
