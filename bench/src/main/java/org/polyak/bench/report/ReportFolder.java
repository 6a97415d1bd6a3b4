package org.polyak.bench.report;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.polyak.bench.result.RunJson;
import org.polyak.bench.result.RunRecord;
import org.polyak.nn.checkpoint.AtomicFile;
import org.polyak.nn.checkpoint.CheckpointException;

/** The folder of a run or of a comparison. Each file is replaced as a whole. */
public final class ReportFolder {
  private final Path folder;

  private ReportFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * A folder, which is made where there is none.
   *
   * @throws UnwritableException when it cannot be written to, or when no picture can be drawn here
   */
  public static ReportFolder at(Path path) {
    if (!Chart.canDraw()) {
      throw new UnwritableException(
          "The plots cannot be drawn: Java finds no fonts on this machine. Install fontconfig and a font (Debian: apt install fontconfig fonts-dejavu-core) and run again.",
          null);
    }
    Path folder = path.toAbsolutePath().normalize();
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, ".bench-", ""));
    } catch (IOException e) {
      throw new UnwritableException(
          "Cannot write to %s (from --out): %s. Choose a folder that you may write to."
              .formatted(folder, AtomicFile.reason(e)),
          e);
    }
    return new ReportFolder(folder);
  }

  /** The page for people, of a run. */
  public Path page() {
    return folder.resolve("report.html");
  }

  /** The page for people, of a comparison. */
  public Path comparison() {
    return folder.resolve("compare.html");
  }

  /**
   * Writes the record of a run, reads it back, and makes the report of what was read.
   *
   * @throws UnwritableException when a file cannot be written
   */
  public void write(RunRecord run) {
    write(Map.of(RunJson.FILE, bytes(RunJson.write(run))));
    write("report", RunReport.of(RunJson.read(folder)));
  }

  /**
   * Writes the comparison of two runs.
   *
   * @throws IllegalArgumentException when they have no load in common
   * @throws UnwritableException when a file cannot be written
   */
  public void write(RunRecord first, RunRecord second) {
    if (!ComparisonReport.haveCommonLoads(first, second)) {
      throw new IllegalArgumentException(
          "The runs have nothing in common: no load was measured in both (suites %s and %s). Compare two runs of one suite."
              .formatted(first.suite(), second.suite()));
    }
    write("compare", ComparisonReport.of(first, second));
  }

  private void write(String name, Document document) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (Section section : document.sections()) {
      if (section instanceof Section.Picture picture) {
        files.put(picture.file(), picture.png());
      }
    }
    files.put(name + ".md", bytes(MarkdownWriter.write(document)));
    files.put(name + ".html", bytes(HtmlWriter.write(document)));
    write(files);
  }

  private void write(Map<String, byte[]> files) {
    try {
      files.forEach((name, contents) ->
          AtomicFile.write(
              folder.resolve(name), channel -> Channels.newOutputStream(channel).write(contents)));
    } catch (CheckpointException e) {
      throw new UnwritableException(String.valueOf(e.getMessage()), e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
