package org.polyak.tasks.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The checksum that the owner of a file publishes.
 *
 * @param algorithm as {@link MessageDigest} names it
 * @param hex lower-case hexadecimal digits
 */
public record Checksum(Algorithm algorithm, String hex) {
  /** A digest that owners of data sets publish. */
  public enum Algorithm {
    /** MD5: guards against damage, not against malice. */
    MD5("MD5"),
    /** SHA-256. */
    SHA_256("SHA-256");

    private final String digest;

    Algorithm(String digest) {
      this.digest = digest;
    }
  }

  /** An MD5 checksum. */
  public static Checksum md5(String hex) {
    return new Checksum(Algorithm.MD5, hex);
  }

  /** A SHA-256 checksum. */
  public static Checksum sha256(String hex) {
    return new Checksum(Algorithm.SHA_256, hex);
  }

  /** The hexadecimal digest of a file's bytes under the same algorithm. */
  public String of(Path file) throws IOException {
    MessageDigest digest = newDigest();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Whether a file's bytes have this checksum. */
  public boolean matches(Path file) throws IOException {
    return hex.equals(of(file));
  }

  @Override
  public String toString() {
    return algorithm.digest.toLowerCase(Locale.ROOT).replace("-", "") + " " + hex;
  }

  private MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance(algorithm.digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java runtime has " + algorithm.digest, e);
    }
  }
}
