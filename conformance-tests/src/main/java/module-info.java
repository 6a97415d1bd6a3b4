/** The conformance suite and its float64 oracle. */
module org.polyak.conformance {
  requires static org.jspecify;
  requires transitive org.polyak.nn;
  requires transitive org.junit.jupiter.api;
}
