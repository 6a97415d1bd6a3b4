package org.polyak.nn.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.polyak.nn.checkpoint.SafetensorsHeader.Entry;

/**
 * The contents of a safetensors file: 8 bytes with the length of the header, little-endian; a JSON
 * header with type, shape and place of each tensor and a map of strings; the tensors without gaps.
 *
 * @param metadata the file's map of strings
 * @param tensors by name; the order is that of the map on writing and that of the file on reading
 */
public record SafetensorsFile(
    Map<String, String> metadata, SequencedMap<String, StoredTensor> tensors) {
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int LENGTH_BYTES = 8;

  /** The format's own limit, which keeps a damaged length from exhausting the memory. */
  private static final long MAXIMUM_HEADER = 100_000_000;

  /** Bytes that one read or write call moves at most. */
  private static final int PIECE = 1 << 26;

  /** Copies the maps. */
  public SafetensorsFile {
    metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
  }

  /**
   * The tensor of a name.
   *
   * @throws CheckpointException when there is none
   */
  public StoredTensor require(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new CheckpointException(
          "There is no tensor '%s' in this file; it has %d others."
              .formatted(name, tensors.size()));
    }
    return tensor;
  }

  /**
   * Reads a whole file.
   *
   * @throws CheckpointException when it does not exist, is cut short or is not such a file
   */
  public static SafetensorsFile read(Path path) {
    try (FileChannel channel = FileChannel.open(path)) {
      MemorySegment bytes = Arena.ofAuto().allocate(Math.max(channel.size(), 1), 8);
      bytes = bytes.asSlice(0, channel.size());
      transfer(bytes, piece -> readFully(channel, piece));
      return parse(path.toString(), bytes);
    } catch (NoSuchFileException e) {
      throw new CheckpointException(
          "There is no checkpoint '%s'. Give the path of a .safetensors file.".formatted(path), e);
    } catch (EOFException e) {
      throw new CheckpointException(
          "'%s' became shorter while it was read. Is another program writing it?".formatted(path),
          e);
    } catch (IOException e) {
      throw new CheckpointException("Cannot read '%s': %s.".formatted(path, e.getMessage()), e);
    }
  }

  /**
   * Writes the file as a whole or not at all; see {@link AtomicFile#write}. Tensors of wide
   * elements come first, so that every tensor is aligned to its element size.
   *
   * @throws CheckpointException when the folder cannot be written or the disk is full
   */
  public void write(Path path) {
    List<Map.Entry<String, StoredTensor>> order = new ArrayList<>(tensors.entrySet());
    order.sort(Comparator.comparingInt(entry -> -entry.getValue().type().bytes()));
    byte[] header = SafetensorsHeader.write(metadata, order);
    ByteBuffer start =
        ByteBuffer.allocate(LENGTH_BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
    start.putLong(header.length).put(header).flip();
    AtomicFile.write(
        path,
        channel -> {
          writeFully(channel, start);
          for (Map.Entry<String, StoredTensor> entry : order) {
            transfer(entry.getValue().data(), piece -> writeFully(channel, piece));
          }
        });
  }

  /**
   * Interprets the bytes of a file.
   *
   * @param name what messages call it
   */
  static SafetensorsFile parse(String name, MemorySegment bytes) {
    if (bytes.byteSize() < LENGTH_BYTES) {
      throw cutShort(name, bytes.byteSize(), LENGTH_BYTES);
    }
    long headerLength = bytes.get(LENGTH, 0);
    if (headerLength < 2
        || headerLength > MAXIMUM_HEADER
        || (bytes.byteSize() > LENGTH_BYTES && bytes.get(ValueLayout.JAVA_BYTE, 8) != '{')) {
      throw new CheckpointException(
          "'%s' is not a safetensors file: it does not begin with a header. Give the path of a .safetensors file."
              .formatted(name));
    }
    long dataStart = LENGTH_BYTES + headerLength;
    if (bytes.byteSize() < dataStart) {
      throw cutShort(name, bytes.byteSize(), dataStart);
    }
    byte[] json = bytes.asSlice(LENGTH_BYTES, headerLength).toArray(ValueLayout.JAVA_BYTE);
    SafetensorsHeader header = SafetensorsHeader.parse(name, json);
    long needed = dataStart + header.dataBytes();
    if (bytes.byteSize() < needed) {
      throw cutShort(name, bytes.byteSize(), needed);
    }
    if (bytes.byteSize() > needed) {
      throw new CheckpointException(
          "'%s' is damaged: %d bytes follow its last tensor. Use another copy of the file."
              .formatted(name, bytes.byteSize() - needed));
    }
    SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Entry entry : header.entries()) {
      tensors.put(
          entry.name(),
          new StoredTensor(
              entry.type(),
              entry.shape(),
              bytes.asSlice(dataStart + entry.begin(), entry.end() - entry.begin())));
    }
    return new SafetensorsFile(header.metadata(), tensors);
  }

  private static CheckpointException cutShort(String name, long have, long want) {
    return new CheckpointException(
        "'%s' is cut short: it has %d bytes and needs at least %d. Use another copy of the file."
            .formatted(name, have, want));
  }

  /** One read or write of at most {@link #PIECE} bytes. */
  @FunctionalInterface
  private interface Transfer {
    void apply(ByteBuffer piece) throws IOException;
  }

  private static void transfer(MemorySegment bytes, Transfer transfer) throws IOException {
    for (long at = 0; at < bytes.byteSize(); at += PIECE) {
      transfer.apply(bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at)).asByteBuffer());
    }
  }

  private static void readFully(FileChannel channel, ByteBuffer piece) throws IOException {
    while (piece.hasRemaining()) {
      if (channel.read(piece) < 0) {
        throw new EOFException();
      }
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer piece) throws IOException {
    while (piece.hasRemaining()) {
      channel.write(piece);
    }
  }
}
