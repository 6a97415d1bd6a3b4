import java.util.spi.ToolProvider;
import org.polyak.conformance.certificate.CertifyTool;

/** The conformance suite, its float64 oracle, and {@code polyak certify}. */
module org.polyak.conformance {
  requires static org.jspecify;
  requires com.fasterxml.jackson.databind;
  requires transitive info.picocli;
  requires java.management;
  requires transitive org.polyak.nn;
  requires static org.junit.jupiter.api; // for test classes, which bring it; certify does not

  exports org.polyak.conformance;
  exports org.polyak.conformance.certificate;
  exports org.polyak.conformance.golden;
  exports org.polyak.conformance.memory;
  exports org.polyak.conformance.oracle;
  exports org.polyak.conformance.tool;

  opens org.polyak.conformance.certificate to
      info.picocli;
  opens org.polyak.conformance.tool to
      info.picocli;

  provides ToolProvider with
      CertifyTool;
}
