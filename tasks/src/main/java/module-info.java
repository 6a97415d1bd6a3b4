/** Data sets, training, generation, evaluation and the {@code polyak} command line. */
module org.polyak.tasks {
  requires static org.jspecify;
  requires org.polyak.nn;
  requires com.fasterxml.jackson.databind;
  requires com.google.guice;
  requires info.picocli;
  requires java.desktop;
  requires java.net.http;
  requires org.jfree.jfreechart;
  requires typesafe.config;

  uses java.util.spi.ToolProvider;

  opens org.polyak.tasks.cli to
      info.picocli;
}
