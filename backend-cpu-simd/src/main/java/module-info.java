/** The CPU backend, found through the service loader. */
module org.polyak.cpu {
  requires java.management;
  requires jdk.incubator.vector;
  requires jdk.management;
  requires static org.jspecify;
  requires transitive org.polyak.spi;

  exports org.polyak.cpu;

  provides org.polyak.spi.BackendProvider with
      org.polyak.cpu.CpuBackendProvider;
}
