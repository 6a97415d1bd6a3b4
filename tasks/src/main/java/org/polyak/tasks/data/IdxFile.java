package org.polyak.tasks.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.polyak.tasks.UserException;

/**
 * An IDX file of unsigned bytes, plain or gzip-compressed, read whole: magic {@code 0 0 8 rank},
 * then {@code rank} big-endian 32-bit sizes, then the bytes in row-major order.
 */
public final class IdxFile {
  private static final int UNSIGNED_BYTE = 8;
  private static final int GZIP_MAGIC = 0x1f8b;

  private final int[] sizes;
  private final byte[] bytes;

  private IdxFile(int[] sizes, byte[] bytes) {
    this.sizes = sizes;
    this.bytes = bytes;
  }

  /** The size of each dimension. */
  public int[] sizes() {
    return sizes;
  }

  /** The elements, row-major. */
  public byte[] bytes() {
    return bytes;
  }

  /**
   * Reads a file.
   *
   * @param file plain or gzip, told apart by the content
   * @param rank the number of dimensions that it must have
   * @throws UserException.Data when the file is missing, no IDX file of unsigned bytes, of another
   *     rank, cut short, damaged, or longer than it says
   */
  public static IdxFile read(Path file, int rank) {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file));
        DataInputStream in = new DataInputStream(decompressed(raw))) {
      int[] sizes = header(file, in, rank);
      long count = Arrays.stream(sizes).asLongStream().reduce(1, Math::multiplyExact);
      if (count > Integer.MAX_VALUE - 8) {
        throw corrupt(file, "its header asks for " + count + " elements");
      }
      byte[] bytes = in.readNBytes((int) count);
      if (bytes.length < count) {
        throw corrupt(file, "it is cut short: %d of %d elements".formatted(bytes.length, count));
      }
      if (in.read() >= 0) {
        throw corrupt(file, "it goes on after the %d elements of its header".formatted(count));
      }
      return new IdxFile(sizes, bytes);
    } catch (EOFException e) {
      throw corrupt(file, "it is cut short");
    } catch (ZipException e) {
      throw corrupt(file, "its compressed data are damaged (" + e.getMessage() + ")");
    } catch (ArithmeticException e) {
      throw corrupt(file, "the sizes in its header are impossible");
    } catch (IOException e) {
      throw new UserException.Data(
          "Cannot read %s: %s. Check that the file exists and may be read."
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private static InputStream decompressed(InputStream in) throws IOException {
    in.mark(2);
    int magic = (in.read() << 8) | in.read();
    in.reset();
    return magic == GZIP_MAGIC ? new GZIPInputStream(in, 1 << 16) : in;
  }

  private static int[] header(Path file, DataInputStream in, int rank) throws IOException {
    int magic = in.readInt();
    if (magic >>> 16 != 0 || ((magic >>> 8) & 0xff) != UNSIGNED_BYTE) {
      throw corrupt(
          file, "it does not begin like an IDX file of bytes (magic 0x%08x)".formatted(magic));
    }
    if ((magic & 0xff) != rank) {
      throw corrupt(file, "it has %d dimensions where %d are needed".formatted(magic & 0xff, rank));
    }
    int[] sizes = new int[rank];
    for (int i = 0; i < rank; i++) {
      sizes[i] = in.readInt();
      if (sizes[i] < 0) {
        throw corrupt(file, "dimension %d has the size %d".formatted(i, sizes[i]));
      }
    }
    return sizes;
  }

  private static UserException.Data corrupt(Path file, String fault) {
    return new UserException.Data(
        ("The data file %s is unusable: %s. Delete it and fetch it again; "
                + "'polyak data' shows the state, the address and the checksum of every data set.")
            .formatted(file, fault));
  }
}
