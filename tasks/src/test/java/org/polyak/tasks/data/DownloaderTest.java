package org.polyak.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.tasks.ExitCode;
import org.polyak.tasks.UserException;

final class DownloaderTest {
  private static final byte[] CONTENT = new byte[300_000];

  static {
    new SplittableRandom(11).nextBytes(CONTENT);
  }

  @TempDir Path folder;
  private HttpServer server;
  private Checksum checksum;
  private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void start() throws IOException {
    Path whole = Files.write(folder.resolve("whole"), CONTENT);
    checksum = Checksum.sha256(Checksum.sha256("").of(whole));
    Files.delete(whole);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/whole", exchange -> send(exchange, CONTENT.length));
    server.createContext("/cut", exchange -> send(exchange, 100_000));
    server.createContext("/other", exchange -> answer(exchange, 200, new byte[] {1, 2, 3}));
    server.createContext("/rangeless", exchange -> answer(exchange, 200, CONTENT));
    server.createContext("/stuck", exchange -> send(exchange, 0));
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void fetchesAFileOnceAndReportsItsProgress() throws Exception {
    List<Long> received = new ArrayList<>();
    try (Downloader downloader = new Downloader((file, bytes, total) -> received.add(bytes))) {
      assertThat(downloader.fetch(file("/whole"), folder)).isTrue();
      assertThat(downloader.fetch(file("/whole"), folder)).isFalse();
    }
    assertThat(folder.resolve("data.bin")).hasBinaryContent(CONTENT);
    assertThat(folder.resolve("data.bin.part")).doesNotExist();
    assertThat(received).isSorted().last().isEqualTo((long) CONTENT.length);
    assertThat(ranges).containsExactly("none");
  }

  /** What was still on its way when the server hung up may be lost: three connections or more. */
  @Test
  void takesUpABrokenConnectionWhereItBroke() throws Exception {
    fetch("/cut");
    assertThat(folder.resolve("data.bin")).hasBinaryContent(CONTENT);
    assertThat(ranges).hasSizeGreaterThanOrEqualTo(3).element(1).asString().startsWith("bytes=");
  }

  @Test
  void goesOnFromWhatAnEarlierRunLeft() throws Exception {
    Files.write(folder.resolve("data.bin.part"), Arrays.copyOf(CONTENT, 123_456));
    fetch("/whole");
    assertThat(folder.resolve("data.bin")).hasBinaryContent(CONTENT);
    assertThat(ranges).containsExactly("bytes=123456-");
  }

  @Test
  void startsAgainWhereTheServerKnowsNoRanges() throws Exception {
    Files.write(folder.resolve("data.bin.part"), Arrays.copyOf(CONTENT, 123_456));
    fetch("/rangeless");
    assertThat(folder.resolve("data.bin")).hasBinaryContent(CONTENT);
  }

  @Test
  void startsAgainWhenWhatAnEarlierRunLeftWasDamaged() throws Exception {
    Files.write(folder.resolve("data.bin.part"), new byte[123_456]);
    fetch("/whole");
    assertThat(folder.resolve("data.bin")).hasBinaryContent(CONTENT);
    assertThat(ranges).containsExactly("bytes=123456-", "none");
  }

  @Test
  void acceptsACompletePartThatWasNotRenamed() throws Exception {
    Files.write(folder.resolve("data.bin.part"), CONTENT);
    fetch("/whole");
    assertThat(folder.resolve("data.bin")).hasBinaryContent(CONTENT);
  }

  @Test
  void replacesADamagedFile() throws Exception {
    Files.write(folder.resolve("data.bin"), new byte[] {1});
    fetch("/whole");
    assertThat(folder.resolve("data.bin")).hasBinaryContent(CONTENT);
  }

  @Test
  void refusesAFileWithAnotherChecksum() {
    assertFails("/other", "instead of " + checksum.hex());
    assertThat(folder.resolve("data.bin")).doesNotExist();
    assertThat(folder.resolve("data.bin.part")).doesNotExist();
  }

  @Test
  void namesTheStatusOfAServerThatRefuses() {
    assertFails("/nothing-here", "status 404");
  }

  @Test
  void givesUpWhenTheConnectionKeepsBreaking() {
    assertFails("/stuck", "broke 4 times");
  }

  @Test
  void saysWhatToPutWhereWhenTheServerCannotBeReached() throws IOException {
    int closedPort;
    try (ServerSocket socket = new ServerSocket(0)) {
      closedPort = socket.getLocalPort();
    }
    URI address = URI.create("http://localhost:" + closedPort + "/data.bin");
    DataFile file = new DataFile("data.bin", address, checksum);
    try (Downloader downloader = new Downloader((f, bytes, total) -> {})) {
      assertThatThrownBy(() -> downloader.fetch(file, folder))
          .isInstanceOf(UserException.Data.class)
          .hasMessageContaining(address.toString())
          .hasMessageContaining("put it at " + folder.resolve("data.bin"))
          .hasMessageContaining(checksum.hex());
    }
  }

  private void assertFails(String path, String reason) {
    assertThatThrownBy(() -> fetch(path))
        .isInstanceOfSatisfying(
            UserException.Data.class,
            e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA_UNUSABLE))
        .hasMessageContaining(reason)
        .hasMessageContaining("put it at " + folder.resolve("data.bin"));
  }

  private void fetch(String path) throws InterruptedException {
    try (Downloader downloader = new Downloader((file, bytes, total) -> {})) {
      downloader.fetch(file(path), folder);
    }
  }

  private DataFile file(String path) {
    return new DataFile(
        "data.bin",
        URI.create("http://localhost:" + server.getAddress().getPort() + path),
        checksum);
  }

  /** Serves the content from the wanted position on, but breaks off after so many bytes. */
  private void send(HttpExchange exchange, int most) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    ranges.add(range == null ? "none" : range);
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
    if (from >= CONTENT.length) {
      exchange.sendResponseHeaders(416, -1);
      exchange.close();
      return;
    }
    if (range != null) {
      exchange
          .getResponseHeaders()
          .add(
              "Content-Range",
              "bytes %d-%d/%d".formatted(from, CONTENT.length - 1, CONTENT.length));
    }
    exchange.sendResponseHeaders(range == null ? 200 : 206, CONTENT.length - from);
    exchange.getResponseBody().write(CONTENT, from, Math.min(most, CONTENT.length - from));
    exchange.getResponseBody().flush();
    exchange.close();
  }

  private static void answer(HttpExchange exchange, int status, byte[] content) throws IOException {
    exchange.sendResponseHeaders(status, content.length);
    exchange.getResponseBody().write(content);
    exchange.close();
  }
}
