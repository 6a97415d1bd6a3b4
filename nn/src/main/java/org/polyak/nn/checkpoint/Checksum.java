package org.polyak.nn.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * SHA-256 of the contents of a safetensors file, independent of the order of its entries: for each
 * metadata entry by key its key and value, then for each tensor by name its name, type, shape and
 * bytes. Strings are preceded by their length, as four bytes.
 */
final class Checksum {
  private static final long PIECE = 1 << 26;

  private final MessageDigest digest;

  private Checksum() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }

  static String of(Map<String, String> metadata, Map<String, StoredTensor> tensors) {
    Checksum checksum = new Checksum();
    for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
      checksum.add(entry.getKey());
      checksum.add(entry.getValue());
    }
    for (Map.Entry<String, StoredTensor> entry : new TreeMap<>(tensors).entrySet()) {
      checksum.add(entry.getKey());
      checksum.add(entry.getValue().type().name());
      checksum.add(entry.getValue().shape().toString());
      checksum.addData(entry.getValue());
    }
    return HexFormat.of().formatHex(checksum.digest.digest());
  }

  private void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(4).putInt(0, bytes.length));
    digest.update(bytes);
  }

  private void addData(StoredTensor tensor) {
    long size = tensor.data().byteSize();
    for (long at = 0; at < size; at += PIECE) {
      digest.update(tensor.data().asSlice(at, Math.min(PIECE, size - at)).asByteBuffer());
    }
  }
}
