package org.polyak.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Loads;
import org.polyak.bench.peer.PeerFolder;
import org.polyak.bench.result.Contender;

/** A peer, measured with JMH in processes that load no other peer. */
public final class PeerSubject implements Subject {
  private final PeerFolder.Found found;
  private final int threads;
  private final Effort effort;
  private String description = "";

  /**
   * A peer.
   *
   * @param threads of the peer, as many as ours
   * @param effort how long
   */
  public PeerSubject(PeerFolder.Found found, int threads, Effort effort) {
    this.found = found;
    this.threads = threads;
    this.effort = effort;
  }

  @Override
  public Contender contender() {
    return new Contender(Contender.Kind.PEER, found.peer().id(), found.peer().version());
  }

  /** What the library last said of itself; empty as long as it never ran. */
  public String description() {
    return description;
  }

  @Override
  public boolean runs(LoadId load) {
    return found.peer().runs(Loads.of(load));
  }

  @Override
  public Measured measure(LoadId load) {
    try {
      Path notes = Files.createTempFile("polyak-peer-", ".txt");
      try {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("folder", found.folder().toString());
        parameters.put("peer", found.peer().id());
        parameters.put("threads", String.valueOf(threads));
        parameters.put("notes", notes.toString());
        Measured measured =
            new Jmh(MeasuredPeer.class, effort, ChildProcess.argumentsFor(found.peer()))
                .measure(parameters, load);
        String said = Files.readString(notes);
        if (!said.isEmpty()) {
          description = said;
        }
        return measured;
      } finally {
        Files.deleteIfExists(notes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("A peer's notes cannot be kept in the temporary folder.", e);
    }
  }
}
