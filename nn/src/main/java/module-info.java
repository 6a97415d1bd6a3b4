/** Operations, autograd, layers, models, optimisers, checkpoints and session assembly. */
module org.polyak.nn {
  requires static transitive org.jspecify;
  requires transitive org.polyak.spi;
  requires com.google.common;
  requires com.google.guice;
  requires jakarta.inject; // Guice, an automatic module, cannot ask for it itself
  requires typesafe.config;

  exports org.polyak.nn.autograd;
  exports org.polyak.nn.ops;
}
