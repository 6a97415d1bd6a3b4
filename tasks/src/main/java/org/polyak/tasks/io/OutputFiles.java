package org.polyak.tasks.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.polyak.tasks.UserException;

/**
 * Writes results so that a reader never sees half a file: into {@code NAME.tmp} beside the target,
 * forced to the disk, then renamed. Whatever goes wrong is a {@link UserException.Output} that says
 * what to do; the temporary file is removed and an older version of the target stays.
 */
public final class OutputFiles {
  private OutputFiles() {}

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything; the caller closes the stream. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** Replaces {@code target} by text in UTF-8. */
  public static void write(Path target, String text) {
    write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Replaces {@code target} by what {@code content} writes. */
  public static void write(Path target, Content content) {
    Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
    try {
      try (OutputStream out = Files.newOutputStream(temporary)) {
        content.writeTo(out);
      }
      force(temporary);
      move(temporary, target);
    } catch (IOException | ReadOnlyFileSystemException e) {
      UserException.Output failure = unwritable(target, e);
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException | ReadOnlyFileSystemException alsoFailed) {
        failure.addSuppressed(alsoFailed);
      }
      throw failure;
    }
  }

  /** Makes a folder and its parents. */
  public static void createFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException | ReadOnlyFileSystemException e) {
      throw unwritable(folder, e);
    }
  }

  /** Renames, atomically where the file system can. */
  public static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** The error to show for a failed write. */
  public static UserException.Output unwritable(Path target, Exception failure) {
    return new UserException.Output(
        "Cannot write %s: %s %s"
            .formatted(target.toAbsolutePath().normalize(), reason(failure), remedy(failure)),
        failure);
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static boolean isDiskFull(Exception failure) {
    String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("no space left")
        || message.contains("not enough space")
        || message.contains("quota exceeded");
  }

  private static String reason(Exception failure) {
    return switch (failure) {
      case Exception e when isDiskFull(e) -> "the disk is full.";
      case AccessDeniedException e -> "permission denied.";
      case ReadOnlyFileSystemException e -> "the file system is read-only.";
      case NoSuchFileException e -> "its folder does not exist.";
      case FileAlreadyExistsException e -> "a file stands where a folder is needed.";
      case FileSystemException e when e.getReason() != null -> e.getReason() + ".";
      default -> failure.getMessage() + ".";
    };
  }

  private static String remedy(Exception failure) {
    return isDiskFull(failure)
        ? "Free some space or choose another place with --out; what was written before is kept."
        : "Choose a folder that you may write to with --out.";
  }
}
