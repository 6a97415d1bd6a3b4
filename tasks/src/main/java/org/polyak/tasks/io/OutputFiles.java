package org.polyak.tasks.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
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
import java.util.Locale;
import org.polyak.nn.checkpoint.AtomicFile;
import org.polyak.nn.checkpoint.CheckpointException;
import org.polyak.tasks.UserException;

/**
 * Writes results so that a reader never sees half a file, see {@link AtomicFile}. Whatever goes
 * wrong is a {@link UserException.Output} that says what to do; an older version of the target
 * stays.
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
    try {
      AtomicFile.write(
          target,
          channel -> {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
            content.writeTo(out);
            out.flush();
          });
    } catch (CheckpointException e) {
      throw new UserException.Output(String.valueOf(e.getMessage()), e);
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
