package org.polyak.bench.result;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.polyak.conformance.certificate.Machine;

/**
 * One run of a suite: all that its JSON holds and its report is made from.
 *
 * @param suite its name
 * @param start when it began, in UTC
 * @param seconds how long it took
 * @param command what repeats it
 * @param program version of Polyak
 * @param commit of the sources, with {@code +changes} when they were changed; or {@code unknown}
 * @param machine host and Java
 * @param jvmArguments of the measuring processes
 * @param backend what computed
 * @param peers that were measured beside it
 * @param settings of the measurement, by name
 * @param gate the conformance cases that were passed before
 * @param points what was found, in the order of the suite
 * @param notes what a reader must know, such as where a curve was ended
 */
public record RunRecord(
    String suite,
    String start,
    double seconds,
    String command,
    String program,
    String commit,
    Machine machine,
    List<String> jvmArguments,
    Device backend,
    List<Library> peers,
    Map<String, String> settings,
    Gate gate,
    List<Point> points,
    List<String> notes) {
  /** Copies the collections. */
  public RunRecord {
    jvmArguments = List.copyOf(jvmArguments);
    peers = List.copyOf(peers);
    settings = new TreeMap<>(settings);
    points = List.copyOf(points);
    notes = List.copyOf(notes);
  }

  /**
   * What computed.
   *
   * @param id of the backend
   * @param origin why this backend
   * @param device its name
   * @param driver with version
   * @param precision of products
   * @param threads of the host, 0 where that says nothing
   * @param options that were asked for
   * @param details anything else
   */
  public record Device(
      String id,
      String origin,
      String device,
      String driver,
      String precision,
      int threads,
      Map<String, String> options,
      Map<String, String> details) {
    /** Copies the maps. */
    public Device {
      options = new TreeMap<>(options);
      details = new TreeMap<>(details);
    }
  }

  /**
   * A peer.
   *
   * @param contender its name
   * @param threads that were asked for
   * @param description what it said of itself; empty when it never ran
   */
  public record Library(Contender contender, int threads, String description) {}

  /**
   * The cases that the backend passed before anything was measured.
   *
   * @param prefixes beginnings of their ids
   * @param cases how many ran
   */
  public record Gate(List<String> prefixes, int cases) {
    /** Copies the list. */
    public Gate {
      prefixes = List.copyOf(prefixes);
    }
  }
}
