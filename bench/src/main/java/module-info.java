import java.util.spi.ToolProvider;
import org.polyak.bench.cli.BenchTool;
import org.polyak.bench.peer.Peer;

/**
 * Benchmarks, their reports, and {@code polyak bench}. Open, because JMH reaches into a package
 * that it writes itself while the module is compiled, and that the module can therefore not name.
 */
@SuppressWarnings("NotJavadoc") // Error Prone does not know open modules
open module org.polyak.bench {
  requires static org.jspecify;
  requires com.fasterxml.jackson.databind;
  requires info.picocli;
  requires java.desktop;
  requires java.management;
  requires jdk.unsupported; // JMH, an automatic module, cannot ask for it itself
  requires jmh.core;
  requires org.jfree.jfreechart;
  requires org.polyak.conformance;
  requires transitive org.polyak.nn;

  exports org.polyak.bench.load;
  exports org.polyak.bench.peer;

  uses Peer;

  provides ToolProvider with
      BenchTool;
}
