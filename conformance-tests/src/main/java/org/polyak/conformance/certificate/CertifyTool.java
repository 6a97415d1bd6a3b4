package org.polyak.conformance.certificate;

import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Optional;
import java.util.spi.ToolProvider;
import org.polyak.conformance.tool.StatusLine;
import org.polyak.nn.session.BackendRegistry;

/**
 * {@code polyak certify} as a tool that the command line finds by itself: it offers every {@link
 * ToolProvider} whose name begins with {@code polyak-}. Thread-safe.
 */
public final class CertifyTool implements ToolProvider {
  /** For the service loader. */
  public CertifyTool() {}

  @Override
  public String name() {
    return "polyak-certify";
  }

  @Override
  public Optional<String> description() {
    return Optional.of("Runs the conformance suite on a backend and writes a certificate.");
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... arguments) {
    return new CertifyCommand(
            BackendRegistry::discover, out, err, StatusLine.isWatched(), InstantSource.system())
        .execute(arguments);
  }
}
