/** Operations, autograd, layers, models, optimisers, checkpoints and session assembly. */
@SuppressWarnings("requires-transitive-automatic") // Guice's types are part of the inject package
module org.polyak.nn {
  requires static transitive org.jspecify;
  requires transitive org.polyak.spi;
  requires com.fasterxml.jackson.core;
  requires com.google.common;
  requires transitive com.google.guice;
  requires jakarta.inject; // Guice, an automatic module, cannot ask for it itself

  exports org.polyak.nn.autograd;
  exports org.polyak.nn.checkpoint;
  exports org.polyak.nn.inject;
  exports org.polyak.nn.layers;
  exports org.polyak.nn.models;
  exports org.polyak.nn.ops;
  exports org.polyak.nn.optim;
  exports org.polyak.nn.random;
  exports org.polyak.nn.session;

  uses org.polyak.spi.BackendProvider;
}
