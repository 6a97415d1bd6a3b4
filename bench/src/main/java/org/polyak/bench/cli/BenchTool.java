package org.polyak.bench.cli;

import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Optional;
import java.util.spi.ToolProvider;
import org.polyak.conformance.tool.StatusLine;

/**
 * {@code polyak bench} as a tool that the command line finds by itself: it offers every {@link
 * ToolProvider} whose name begins with {@code polyak-}. Thread-safe.
 */
public final class BenchTool implements ToolProvider {
  /** For the service loader. */
  public BenchTool() {}

  @Override
  public String name() {
    return "polyak-bench";
  }

  @Override
  public Optional<String> description() {
    return Optional.of("Measures a backend, and writes the figures and a report.");
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... arguments) {
    return new BenchCommand(out, err, StatusLine.isWatched(), InstantSource.system())
        .execute(arguments);
  }
}
