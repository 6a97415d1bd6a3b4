package org.polyak.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.tasks.ExitCode;
import org.polyak.tasks.UserException;

final class IdxFileTest {
  @TempDir Path folder;

  @Test
  void readsPlainAndCompressedFilesAlike() throws IOException {
    byte[] idx = idx(0x803, new int[] {2, 3, 4}, 24);
    IdxFile plain = IdxFile.read(write(idx), 3);
    IdxFile compressed = IdxFile.read(write(gzip(idx)), 3);
    assertThat(plain.sizes()).containsExactly(2, 3, 4);
    assertThat(compressed.sizes()).containsExactly(2, 3, 4);
    assertThat(plain.bytes()).isEqualTo(Arrays.copyOfRange(idx, 16, 40));
    assertThat(compressed.bytes()).isEqualTo(plain.bytes());
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    byte[] idx = idx(0x803, new int[] {2, 3, 4}, 24);
    for (int length = 0; length < idx.length; length++) {
      assertUnusable(Arrays.copyOf(idx, length), length < 4 ? "" : "cut short");
    }
  }

  @Test
  void refusesEveryTruncationOfACompressedFile() throws IOException {
    byte[] gzip = gzip(idx(0x803, new int[] {2, 3, 4}, 24));
    for (int length = 2; length < gzip.length; length++) {
      assertUnusable(Arrays.copyOf(gzip, length), "");
    }
  }

  @Test
  void refusesDamagedCompressedData() throws IOException {
    byte[] idx = idx(0x803, new int[] {20, 28, 28}, 20 * 28 * 28);
    new SplittableRandom(3).nextBytes(idx);
    ByteBuffer.wrap(idx).putInt(0x803).putInt(20).putInt(28).putInt(28);
    byte[] gzip = gzip(idx);
    gzip[gzip.length / 2] ^= 0x10;
    assertUnusable(gzip, "damaged");
  }

  @Test
  void refusesAnotherMagicRankOrSize() throws IOException {
    assertUnusable(idx(0xd03, new int[] {2, 3, 4}, 24), "magic 0x00000d03");
    assertUnusable(idx(0x50803, new int[] {2, 3, 4}, 24), "magic 0x00050803");
    assertUnusable(idx(0x801, new int[] {24}, 24), "1 dimensions where 3 are needed");
    assertUnusable(idx(0x803, new int[] {2, -3, 4}, 24), "dimension 1 has the size -3");
    assertUnusable(idx(0x803, new int[] {1 << 16, 1 << 16, 4}, 24), "17179869184 elements");
    assertUnusable(
        idx(0x803, new int[] {1 << 30, 1 << 30, 1 << 30}, 24),
        "sizes in its header are impossible");
    assertUnusable(idx(0x803, new int[] {2, 3, 4}, 25), "goes on after the 24 elements");
  }

  @Test
  void namesAFileThatDoesNotExist() {
    assertThatThrownBy(() -> IdxFile.read(folder.resolve("none"), 3))
        .isInstanceOf(UserException.Data.class)
        .hasMessageContaining("none");
  }

  private void assertUnusable(byte[] content, String fault) throws IOException {
    Path file = write(content);
    assertThatThrownBy(() -> IdxFile.read(file, 3))
        .isInstanceOfSatisfying(
            UserException.Data.class,
            e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA_UNUSABLE))
        .hasMessageContaining(file.toString())
        .hasMessageContaining(fault)
        .hasMessageContaining("fetch it again");
  }

  private Path write(byte[] content) throws IOException {
    return Files.write(folder.resolve("images"), content);
  }

  private static byte[] idx(int magic, int[] sizes, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * sizes.length + count);
    bytes.putInt(magic);
    Arrays.stream(sizes).forEach(bytes::putInt);
    for (int i = 0; i < count; i++) {
      bytes.put((byte) (i * 11));
    }
    return bytes.array();
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }
}
