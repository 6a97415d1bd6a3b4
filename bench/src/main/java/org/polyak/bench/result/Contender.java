package org.polyak.bench.result;

/**
 * Who computed.
 *
 * @param kind ours or another library
 * @param id of the backend or the peer
 * @param version name and version
 */
public record Contender(Kind kind, String id, String version) {
  /** Whose it is. */
  public enum Kind {
    /** A backend of Polyak. */
    BACKEND,
    /** Another library. */
    PEER
  }

  @Override
  public String toString() {
    return id;
  }
}
