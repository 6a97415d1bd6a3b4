package org.polyak.nn.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Replaces a file as a whole: a reader, and whoever comes after a crash, sees the previous contents
 * or the new ones, never a part.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes the contents of a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything to the channel, from its start. */
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Writes to a neighbour named {@code <name>.tmp}, forces it to the disk, then renames it over the
   * file. On failure the neighbour is removed and the previous file stays as it is.
   *
   * @throws CheckpointException when the folder cannot be written or the disk is full
   */
  public static void write(Path file, Content content) {
    Path target = file.toAbsolutePath();
    Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      forceFolder(target);
    } catch (IOException e) {
      String cleanup = remove(temporary);
      String kept =
          Files.exists(target) ? "The previous file is unchanged." : "Nothing was written.";
      throw new CheckpointException(
          "Cannot write '%s': %s. %s%s Free some space or choose another folder, then try again."
              .formatted(file, reason(e), kept, cleanup),
          e);
    }
  }

  /** Why something could not be written, to stand within a sentence. */
  public static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "no permission to write there";
      case NoSuchFileException missing -> "the folder does not exist";
      case AtomicMoveNotSupportedException unsupported ->
          "the file system cannot rename in one step (" + unsupported.getReason() + ")";
      case FileAlreadyExistsException exists -> exists.getFile() + " is a file, not a folder";
      case FileSystemException failure when failure.getReason() != null -> failure.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  private static String remove(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
      return "";
    } catch (IOException e) {
      return " The incomplete '" + temporary + "' could not be removed.";
    }
  }

  /** Makes the rename itself durable where folders can be opened for that (not on Windows). */
  private static void forceFolder(Path file) throws IOException {
    Path folder = file.getParent();
    if (folder != null && folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
