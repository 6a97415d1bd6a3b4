package org.polyak.conformance.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.ConformanceCase;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Level;
import org.polyak.conformance.Precision;

/**
 * The golden vectors of a directory as cases: every file through {@code nn} on the backend, and
 * through the oracle. The cases depend on the directory and so are no part of the catalogue.
 *
 * @param files the number of files in the directory
 * @param fingerprint SHA-256, in hexadecimal, over names and contents of the files
 * @param backend the cases {@code GOLD-<file>}, which a backend answers for
 * @param oracle the cases {@code GOLD-ORACLE-<file>}, which the suite answers for
 * @param unknown what no case replays
 */
public record GoldenCases(
    int files,
    String fingerprint,
    List<ConformanceCase> backend,
    List<ConformanceCase> oracle,
    List<UnknownReplay> unknown) {
  /** Copies the lists. */
  public GoldenCases {
    backend = List.copyOf(backend);
    oracle = List.copyOf(oracle);
    unknown = List.copyOf(unknown);
  }

  /**
   * A file that one of the two cannot replay.
   *
   * @param caseId the id that its case would have
   * @param file the file's name, without its ending
   * @param operation what it is about
   * @param reason why not, as half a sentence
   */
  public record UnknownReplay(String caseId, String file, String operation, String reason) {
    @Override
    public String toString() {
      return "%s (%s): %s".formatted(caseId, operation, reason);
    }
  }

  /**
   * The cases for all files of a directory, ordered by name. The files state how far float32 may be
   * off, so a backend with products of fewer bits cannot be held to them.
   *
   * @param precision of the backend
   * @throws UncheckedIOException for a file that cannot be read or is no golden file; its message
   *     names the file and the reason
   */
  public static GoldenCases read(GoldenDirectory directory, Precision precision) {
    List<Path> files = directory.files();
    List<ConformanceCase> backend = new ArrayList<>();
    List<ConformanceCase> oracle = new ArrayList<>();
    List<UnknownReplay> unknown = new ArrayList<>();
    for (Path path : files) {
      GoldenFile file = read(path);
      sort("GOLD-", path, file, replay(file, precision), backend, unknown);
      sort("GOLD-ORACLE-", path, file, OracleReplays.find(file), oracle, unknown);
    }
    return new GoldenCases(files.size(), fingerprint(files), backend, oracle, unknown);
  }

  /** Both lists of cases. */
  public List<ConformanceCase> all() {
    return Stream.concat(backend.stream(), oracle.stream()).toList();
  }

  private static Replay replay(GoldenFile file, Precision precision) {
    return precision == Precision.F32
        ? BackendReplays.find(file)
        : new Replay.Unknown("its tolerances are for products in f32, not in " + precision.id());
  }

  private static void sort(
      String prefix,
      Path path,
      GoldenFile file,
      Replay replay,
      List<ConformanceCase> cases,
      List<UnknownReplay> unknown) {
    String id = prefix + file.name();
    switch (replay) {
      case Replay.Known(Replay.Body body) ->
          cases.add(
              new ConformanceCase(
                  id,
                  Chapter.GOLDEN,
                  Level.MUST,
                  file.operation(),
                  new Definition(file.operation(), file.text("source")),
                  context -> body.run(context, read(path))));
      case Replay.Unknown(String reason) ->
          unknown.add(new UnknownReplay(id, file.name(), file.operation(), reason));
    }
  }

  private static GoldenFile read(Path path) {
    try {
      return GoldenFile.read(path);
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  private static String fingerprint(List<Path> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path path : files) {
        digest.update((path.getFileName() + "\n").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes(path));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }

  private static byte[] bytes(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  private static UncheckedIOException unusable(Path path, IOException e) {
    return new UncheckedIOException(
        "Golden file %s cannot be used: %s.".formatted(path, e.getMessage()), e);
  }
}
