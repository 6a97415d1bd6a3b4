package org.polyak.bench.measure;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.format.OutputFormat;

/** Keeps what JMH and its processes say, to find the reason of a failure in it. */
final class Transcript implements OutputFormat {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** The first line that names what was thrown, or else the first that speaks of an error. */
  String failure() {
    List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
    return lines.stream()
        .filter(line ->
            line.startsWith("Caused by: ") || line.matches("[\\w.$]+(Exception|Error)\\b.*"))
        .findFirst()
        .or(() -> lines.stream().filter(line -> line.contains("rror")).findFirst())
        .map(String::strip)
        .orElse("the measuring process ended without saying why");
  }

  @Override
  public void print(String text) {
    bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void println(String text) {
    print(text + "\n");
  }

  @Override
  public void verbosePrintln(String text) {
    println(text);
  }

  @Override
  public void write(int octet) {
    bytes.write(octet);
  }

  @Override
  public void write(byte[] octets) throws IOException {
    bytes.write(octets);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}

  @Override
  public void startRun() {}

  @Override
  public void endRun(Collection<RunResult> results) {}

  @Override
  public void startBenchmark(BenchmarkParams benchmark) {}

  @Override
  public void endBenchmark(BenchmarkResult result) {}

  @Override
  public void iteration(BenchmarkParams benchmark, IterationParams params, int iteration) {}

  @Override
  public void iterationResult(
      BenchmarkParams benchmark, IterationParams params, int iteration, IterationResult result) {}
}
