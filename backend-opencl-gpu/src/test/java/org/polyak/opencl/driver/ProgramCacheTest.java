package org.polyak.opencl.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramCacheTest {
  private static final String KEY = "abc123";

  @TempDir private Path folder;
  private ProgramCache cache;

  @BeforeEach
  void start() {
    cache = new ProgramCache(folder.resolve("made/when/needed"));
  }

  @Test
  void whatIsKeptIsFound() {
    byte[] binary = binary(1000, 1);
    assertThat(cache.find(KEY)).isEmpty();
    cache.keep(KEY, binary);
    assertThat(cache.find(KEY)).contains(binary);
    assertThat(cache.find("other")).isEmpty();
  }

  @Test
  void aFlippedBitAnywhereIsSeen() throws IOException {
    cache.keep(KEY, binary(100, 2));
    Path file = folder.resolve("made/when/needed").resolve(KEY);
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length; i++) {
      byte[] bad = good.clone();
      bad[i] ^= 1;
      Files.write(file, bad);
      assertThat(cache.find(KEY)).as("byte %d", i).isEmpty();
    }
  }

  @Test
  void aFileCutShortAnywhereIsSeen() throws IOException {
    cache.keep(KEY, binary(100, 3));
    Path file = folder.resolve("made/when/needed").resolve(KEY);
    byte[] good = Files.readAllBytes(file);
    for (int length = 0; length < good.length; length++) {
      Files.write(file, Arrays.copyOf(good, length));
      assertThat(cache.find(KEY)).as("%d bytes", length).isEmpty();
    }
  }

  @Test
  void foreignFilesAndFoldersAreNoPrograms() throws IOException {
    Path kept = Files.createDirectories(folder.resolve("made/when/needed"));
    Files.writeString(kept.resolve(KEY), "Some text that somebody left here, long enough.");
    assertThat(cache.find(KEY)).isEmpty();
    cache.keep(KEY, binary(10, 4));
    assertThat(cache.find(KEY)).contains(binary(10, 4));
    Files.createDirectory(kept.resolve("folder"));
    assertThat(cache.find("folder")).isEmpty();
  }

  @Test
  void readersSeeOneWritersProgramOrTheOthersButNeverAMixture() throws Exception {
    byte[] one = binary(200_000, 5);
    byte[] other = binary(300_000, 6);
    cache.keep(KEY, one);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> writers = new ArrayList<>();
      for (byte[] binary : List.of(one, other)) {
        writers.add(
            threads.submit(() -> {
              for (int i = 0; i < 50; i++) {
                new ProgramCache(folder.resolve("made/when/needed")).keep(KEY, binary);
              }
            }));
      }
      for (int i = 0; i < 100; i++) {
        Optional<byte[]> found = cache.find(KEY);
        assertThat(found)
            .hasValueSatisfying(bytes ->
                assertThat(Arrays.equals(bytes, one) || Arrays.equals(bytes, other)).isTrue());
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    assertThat(folder.resolve("made/when/needed")).isDirectoryContaining("glob:**" + KEY);
    assertThat(folder.resolve("made/when/needed")).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void theNameDependsOnSourceOptionsAndDevice() {
    Device device = TestDevices.onPaper(0, Device.Type.GPU, "One");
    String key = ProgramCache.key(device, "source", "options");
    assertThat(key)
        .isEqualTo(ProgramCache.key(device, "source", "options"))
        .isNotEqualTo(ProgramCache.key(device, "source2", "options"))
        .isNotEqualTo(ProgramCache.key(device, "source", "options2"))
        .isNotEqualTo(
            ProgramCache.key(TestDevices.onPaper(0, Device.Type.GPU, "Two"), "source", "options"));
  }

  private static byte[] binary(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
