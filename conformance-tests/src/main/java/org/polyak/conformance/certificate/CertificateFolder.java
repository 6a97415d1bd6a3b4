package org.polyak.conformance.certificate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.checkpoint.AtomicFile;

/**
 * The folder that a certificate is written to. All its files are complete before the first takes
 * its name, so that a failure while writing leaves an older certificate as it was.
 */
final class CertificateFolder {
  private static final String JSON = "certificate.json";
  private static final String MARKDOWN = "certificate.md";
  private static final String HTML = "certificate.html";
  private static final String JUNIT = "junit.xml";
  private static final List<String> NAMES = List.of(JSON, MARKDOWN, HTML, JUNIT);
  private static final String DRAFT = ".certificate-";

  private final Path folder;

  private CertificateFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * A folder, which need not exist yet. Nothing stays behind.
   *
   * @throws CertifyException when it could not be written to
   */
  static CertificateFolder at(Path path) {
    Path folder = path.toAbsolutePath().normalize();
    Path existing = folder;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing)) {
      throw unwritable(folder, existing + " is a file, not a folder", null);
    }
    try {
      Files.delete(Files.createTempDirectory(existing, DRAFT));
    } catch (IOException e) {
      throw unwritable(folder, AtomicFile.reason(e), e);
    }
    CertificateFolder place = new CertificateFolder(folder);
    place.requireNoFolders();
    return place;
  }

  /** The page for people. */
  Path page() {
    return folder.resolve(HTML);
  }

  /**
   * Writes all files, or none.
   *
   * @throws CertifyException when the folder cannot be written to
   */
  void write(Certificate certificate) {
    Map<String, String> contents =
        Map.of(
            JSON, JsonWriter.write(certificate),
            MARKDOWN, MarkdownWriter.write(certificate),
            HTML, HtmlWriter.write(certificate),
            JUNIT, JunitWriter.write(certificate));
    try {
      Files.createDirectories(folder);
      requireNoFolders();
      Path draft = Files.createTempDirectory(folder, DRAFT);
      try {
        for (Map.Entry<String, String> content : contents.entrySet()) {
          Files.writeString(draft.resolve(content.getKey()), content.getValue());
        }
        for (String name : NAMES) {
          Files.move(draft.resolve(name), folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        }
      } finally {
        for (String name : NAMES) {
          Files.deleteIfExists(draft.resolve(name));
        }
        Files.delete(draft);
      }
    } catch (IOException e) {
      throw unwritable(folder, AtomicFile.reason(e), e);
    }
  }

  private void requireNoFolders() {
    for (String name : NAMES) {
      if (Files.isDirectory(folder.resolve(name))) {
        throw unwritable(folder, name + " is a folder there, and to become a file", null);
      }
    }
  }

  private static CertifyException unwritable(
      Path folder, String reason, @Nullable IOException cause) {
    return new CertifyException(
        CertifyExit.OUTPUT_UNWRITABLE,
        "Cannot write the certificate to %s (from --out): %s. Choose a folder that you may write to; an older certificate is unchanged."
            .formatted(folder, reason),
        cause);
  }
}
