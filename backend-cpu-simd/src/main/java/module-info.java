/** The CPU backend, found through the service loader. */
module org.polyak.cpu {
  requires static org.jspecify;
  requires jdk.incubator.vector;
  requires org.polyak.spi;
}
