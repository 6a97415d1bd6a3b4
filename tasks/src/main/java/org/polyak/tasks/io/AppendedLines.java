package org.polyak.tasks.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A text file that grows line by line; each line is handed to the operating system before {@link
 * #append} returns, so that another program can follow the file. Not thread-safe.
 */
public final class AppendedLines implements Closeable {
  private final Path file;
  private final FileChannel channel;

  private AppendedLines(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Opens the file at its end; it is created when missing. */
  public static AppendedLines open(Path file) {
    try {
      return new AppendedLines(
          file, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    } catch (IOException e) {
      throw OutputFiles.unwritable(file, e);
    }
  }

  /** Adds one line; the line feed is added here. */
  public void append(String line) {
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw OutputFiles.unwritable(file, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw OutputFiles.unwritable(file, e);
    }
  }
}
