package org.polyak.tasks.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.OptionalLong;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.polyak.tasks.UserException;
import org.polyak.tasks.io.OutputFiles;

/**
 * Fetches files over HTTP. The bytes go to {@code NAME.part}; a connection that breaks is taken up
 * again where it broke, by this run or the next, as far as the server knows ranges. Only a file
 * with the right checksum gets its final name. Not thread-safe.
 */
public final class Downloader implements AutoCloseable {
  private static final int ATTEMPTS = 4;
  private static final int END = -1;
  private static final int BROKEN = -2;

  private final HttpClient client;
  private final Progress progress;

  /** Follows a download. */
  @FunctionalInterface
  public interface Progress {
    /**
     * Some bytes arrived.
     *
     * @param file what is being fetched
     * @param received bytes so far, those of earlier attempts included
     * @param total bytes of the whole file, when the server tells
     */
    void received(DataFile file, long received, OptionalLong total);
  }

  /** What the attempt ended with. */
  private enum Outcome {
    COMPLETE,
    CUT_OFF
  }

  /** With a connection timeout of twenty seconds; redirects are followed. */
  public Downloader(Progress progress) {
    this.progress = progress;
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(20))
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
  }

  /**
   * Fetches a file unless it is there with the right checksum.
   *
   * @param file what to fetch
   * @param folder where to put it; made when missing
   * @return whether anything was fetched
   * @throws UserException.Data when the server cannot be reached, refuses, or sends something else
   * @throws UserException.Output when the folder cannot be written
   * @throws InterruptedException when the thread is interrupted; the part that arrived is kept
   */
  public boolean fetch(DataFile file, Path folder) throws InterruptedException {
    OutputFiles.createFolder(folder);
    Path target = folder.resolve(file.name());
    Path part = folder.resolve(file.name() + ".part");
    try {
      if (Files.exists(target) && file.checksum().matches(target)) {
        return false;
      }
      boolean resumed = Files.exists(part);
      receive(file, target, part);
      if (resumed && !file.checksum().matches(part)) {
        Files.delete(part);
        receive(file, target, part);
      }
      accept(file, target, part);
      return true;
    } catch (FileSystemException e) {
      throw OutputFiles.unwritable(target, e);
    } catch (IOException e) {
      throw failed(file, target, "%s (%s)".formatted(describe(e), e.getClass().getSimpleName()), e);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private void accept(DataFile file, Path target, Path part) throws IOException {
    String actual = file.checksum().of(part);
    if (!actual.equals(file.checksum().hex())) {
      Files.delete(part);
      throw failed(
          file,
          target,
          "what arrived has the checksum %s instead of %s".formatted(actual, file.checksum().hex()),
          null);
    }
    OutputFiles.move(part, target);
  }

  private void receive(DataFile file, Path target, Path part)
      throws IOException, InterruptedException {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      if (attempt(file, target, part) == Outcome.COMPLETE) {
        return;
      }
    }
    throw failed(
        file,
        target,
        "the connection broke %d times; %d bytes are kept for the next attempt"
            .formatted(ATTEMPTS, sizeOf(part)),
        null);
  }

  private Outcome attempt(DataFile file, Path target, Path part)
      throws IOException, InterruptedException {
    long have = sizeOf(part);
    HttpRequest.Builder request = HttpRequest.newBuilder(file.address()).GET();
    if (have > 0) {
      request.header("Range", "bytes=" + have + "-");
    }
    HttpResponse<InputStream> response;
    try {
      response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (ConnectException | HttpTimeoutException | SSLException e) {
      throw e;
    } catch (IOException e) {
      // The connection was there and broke before the answer.
      return Outcome.CUT_OFF;
    }
    try (InputStream body = response.body()) {
      int status = response.statusCode();
      if (status == 416) {
        // Nothing beyond what is here: either all of it, which the checksum tells, or not this
        // file.
        if (!file.checksum().matches(part)) {
          Files.delete(part);
          return Outcome.CUT_OFF;
        }
        return Outcome.COMPLETE;
      }
      if (status != 200 && status != 206) {
        throw failed(file, target, "the server answered with status " + status, null);
      }
      long start = status == 206 && continuesAt(response, have) ? have : 0;
      if (status == 206 && start != have) {
        Files.delete(part);
        return Outcome.CUT_OFF;
      }
      return save(file, part, body, start, response);
    }
  }

  private Outcome save(
      DataFile file, Path part, InputStream body, long start, HttpResponse<?> response)
      throws IOException {
    OptionalLong length = response.headers().firstValueAsLong("Content-Length");
    OptionalLong total =
        length.isPresent() ? OptionalLong.of(start + length.getAsLong()) : OptionalLong.empty();
    long received = start;
    int count;
    try (OutputStream out = openPart(part, start)) {
      byte[] buffer = new byte[1 << 16];
      while ((count = read(body, buffer)) > 0) {
        out.write(buffer, 0, count);
        received += count;
        progress.received(file, received, total);
      }
    }
    boolean complete = count == END && (total.isEmpty() || received == total.getAsLong());
    return complete ? Outcome.COMPLETE : Outcome.CUT_OFF;
  }

  /** Reads from the network, whose failures are told apart from those of the disk. */
  private static int read(InputStream body, byte[] buffer) {
    try {
      return body.read(buffer);
    } catch (IOException e) {
      return BROKEN;
    }
  }

  private static long sizeOf(Path part) throws IOException {
    return Files.exists(part) ? Files.size(part) : 0;
  }

  private static OutputStream openPart(Path part, long start) throws IOException {
    return start == 0
        ? Files.newOutputStream(part)
        : Files.newOutputStream(part, StandardOpenOption.APPEND);
  }

  private static boolean continuesAt(HttpResponse<?> response, long position) {
    return response
        .headers()
        .firstValue("Content-Range")
        .filter(range -> range.startsWith("bytes " + position + "-"))
        .isPresent();
  }

  private static String describe(IOException e) {
    return e.getMessage() == null ? "the server cannot be reached" : e.getMessage();
  }

  private static UserException.Data failed(
      DataFile file, Path target, String reason, @Nullable Throwable cause) {
    return new UserException.Data(
        ("Cannot fetch %s: %s. Check the network and run the command again, or download the file "
                + "elsewhere and put it at %s (%s).")
            .formatted(
                file.address(), reason, target.toAbsolutePath().normalize(), file.checksum()),
        cause);
  }
}
