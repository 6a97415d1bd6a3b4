package org.polyak.bench.measure;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The commit that this program was built from, as far as the checkout around it tells. */
public final class Commit {
  private static final String UNKNOWN = "unknown";
  private static final int PATIENCE_SECONDS = 10;

  private Commit() {}

  /** Its hash, with {@code +changes} when sources differ from it; or {@code unknown}. */
  public static String current() {
    return folder()
        .flatMap(folder ->
            git(folder, "rev-parse", "HEAD")
                .map(hash ->
                    git(folder, "status", "--porcelain").orElse("").isEmpty()
                        ? hash
                        : hash + "+changes"))
        .orElse(UNKNOWN);
  }

  /** The folder of this program, when that lies in a checkout of Polyak. */
  private static Optional<Path> folder() {
    @Nullable CodeSource source = Commit.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      return Optional.empty();
    }
    try {
      for (Path at = Path.of(source.getLocation().toURI()); at != null; at = at.getParent()) {
        if (Files.exists(at.resolve(".git")) && Files.exists(at.resolve("backend-cpu-simd"))) {
          return Optional.of(at);
        }
      }
    } catch (URISyntaxException e) {
      // A program that lies in no folder lies in no checkout.
    }
    return Optional.empty();
  }

  private static Optional<String> git(Path folder, String... arguments) {
    String[] command = new String[arguments.length + 3];
    command[0] = "git";
    command[1] = "-C";
    command[2] = folder.toString();
    System.arraycopy(arguments, 0, command, 3, arguments.length);
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (var out = process.getInputStream()) {
        String text = new String(out.readAllBytes(), StandardCharsets.UTF_8).strip();
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return ended && process.exitValue() == 0 ? Optional.of(text) : Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
