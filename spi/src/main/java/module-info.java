/** The contract between Polyak and a hardware backend. Depends on {@code java.base} only. */
module org.polyak.spi {
  requires static transitive org.jspecify;

  exports org.polyak.spi;
  exports org.polyak.spi.fused;

  uses org.polyak.spi.BackendProvider;
}
