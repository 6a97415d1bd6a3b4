/** The conformance suite and its float64 oracle. */
module org.polyak.conformance {
  requires static org.jspecify;
  requires com.fasterxml.jackson.databind;
  requires transitive org.polyak.nn;
  requires transitive org.junit.jupiter.api;

  exports org.polyak.conformance;
  exports org.polyak.conformance.golden;
  exports org.polyak.conformance.memory;
  exports org.polyak.conformance.oracle;
}
