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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.polyak.nn.session.NearestName;

/**
 * Where peers lie: a folder with the jars that all of them need, and in it a folder for each {@link
 * Peer#library}, with the jars that only this one needs.
 */
public final class PeerFolder {
  /** Builds the folder in a checkout. */
  public static final String BUILD = "mvn -Ppeers -pl bench/peers -am -DskipTests package";

  private final Path folder;
  private final SortedMap<String, Found> peers = new TreeMap<>();

  private PeerFolder(Path folder) {
    this.folder = folder;
    for (Path library : list(folder, Files::isDirectory)) {
      addPeersOf(library.getFileName().toString());
    }
  }

  /**
   * A folder of peers. Each library gets a class loader of its own, which sees this program too and
   * stays as long as the process.
   *
   * @throws PeerUnavailableException when there are none, when a library's folder has no peer, or
   *     when peers were built for another version
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
   * @param loader sees the jars of all peers and those of this one's library
   */
  public record Found(Path folder, Peer peer, ClassLoader loader) {}

  /** The folder. */
  public Path path() {
    return folder;
  }

  /** The peers' ids, in order. */
  public List<String> ids() {
    return List.copyOf(peers.keySet());
  }

  /**
   * A peer by its id.
   *
   * @throws IllegalArgumentException when there is none of this name; says which there are
   */
  public Found peer(String id) {
    Found found = peers.get(id);
    if (found == null) {
      throw new IllegalArgumentException(
          "there is no '%s' at %s.%s Peers: %s."
              .formatted(id, folder, NearestName.question(id, ids()), String.join(", ", ids())));
    }
    return found;
  }

  private void addPeersOf(String library) {
    List<URL> jars = new ArrayList<>();
    Stream.of(folder, folder.resolve(library))
        .flatMap(place -> list(place, path -> path.toString().endsWith(".jar")).stream())
        .forEach(jar -> jars.add(url(jar)));
    URLClassLoader loader =
        new URLClassLoader(jars.toArray(URL[]::new), PeerFolder.class.getClassLoader());
    boolean found = false;
    try {
      for (Peer peer : ServiceLoader.load(Peer.class, loader)) {
        if (peer.library().equals(library)) {
          peers.put(peer.id(), new Found(folder, peer, loader));
          found = true;
        }
      }
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new PeerUnavailableException(
          "The peers at %s do not fit this version of Polyak: %s."
              .formatted(folder, e.getMessage()),
          "Build them anew with '%s'.".formatted(BUILD),
          e);
    }
    if (!found) {
      throw new PeerUnavailableException(
          "No jar in %s or in its folder %s has a peer of the library '%s'."
              .formatted(folder, library, library),
          "Remove the folder, or build the peers anew with '%s'.".formatted(BUILD),
          null);
    }
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
