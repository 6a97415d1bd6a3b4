/** The OpenCL backend, found through the service loader. */
@SuppressWarnings("requires-automatic") // JOCL has no module-info
module org.polyak.opencl {
  requires jocl;
  requires static org.jspecify;
  requires transitive org.polyak.spi;

  exports org.polyak.opencl;

  provides org.polyak.spi.BackendProvider with
      org.polyak.opencl.OpenClBackendProvider;
}
