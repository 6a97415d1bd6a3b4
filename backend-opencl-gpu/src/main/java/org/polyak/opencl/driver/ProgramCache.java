package org.polyak.opencl.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Built programs on disk: one file per source, options, device and driver, which are hashed into
 * its name. A file is its own checksum followed by the binary, so a damaged one is seen and built
 * anew. Files appear by renaming, so two processes never see each other's halves. A folder that
 * cannot be written costs time, never a failure.
 */
public final class ProgramCache {
  private static final int CHECKSUM_BYTES = 32;

  private final Path folder;

  /** In a folder, made when first needed. */
  public ProgramCache(Path folder) {
    this.folder = folder;
  }

  /** The name under which a program is kept. */
  static String key(Device device, String source, String options) {
    String all =
        String.join(
            "\u0000",
            device.platform(),
            device.name(),
            device.driver(),
            device.version(),
            options,
            source);
    return HexFormat.of().formatHex(sha256(all.getBytes(StandardCharsets.UTF_8)));
  }

  /** The binary kept under a name, unless there is none or it is damaged. */
  Optional<byte[]> find(String key) {
    try {
      byte[] file = Files.readAllBytes(folder.resolve(key));
      if (file.length > CHECKSUM_BYTES) {
        byte[] binary = Arrays.copyOfRange(file, CHECKSUM_BYTES, file.length);
        if (Arrays.equals(sha256(binary), 0, CHECKSUM_BYTES, file, 0, CHECKSUM_BYTES)) {
          return Optional.of(binary);
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Keeps a binary; does nothing where the folder cannot be written. */
  void keep(String key, byte[] binary) {
    try {
      Files.createDirectories(folder);
      Path temporary = Files.createTempFile(folder, "building-", ".tmp");
      try {
        byte[] file = Arrays.copyOf(sha256(binary), CHECKSUM_BYTES + binary.length);
        System.arraycopy(binary, 0, file, CHECKSUM_BYTES, binary.length);
        Files.write(temporary, file);
        Files.move(
            temporary,
            folder.resolve(key),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      // The next start builds again: that is all that a cache can cost.
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }
}
