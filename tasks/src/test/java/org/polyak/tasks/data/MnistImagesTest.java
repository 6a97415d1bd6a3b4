package org.polyak.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.tasks.UserException;

final class MnistImagesTest {
  private static final RandomStreams STREAMS = number -> new SplittableRandom(31 * number + 5);

  @TempDir Path folder;

  @Test
  void predictsEachByteFromTheOneBefore() {
    MnistImages images = new MnistImages(2, 4, new byte[] {0, 1, 2, 3, -1, -2, -3, -4});
    TokenBatch batch = images.ordered(2).source().batch(0);
    assertThat(batch.length()).isEqualTo(3);
    assertThat(batch.inputs()).containsExactly(0, 1, 2, 255, 254, 253);
    assertThat(batch.targets()).containsExactly(1, 2, 3, 254, 253, 252);
    assertThat(batch.scored()).isEqualTo(6);
  }

  @Test
  void evaluatesEveryImageOnce() {
    EvaluationSet set = numbered(5).ordered(2);
    assertThat(set.batches()).isEqualTo(3);
    assertThat(set.source().batch(1).inputs()).containsExactly(2, 3);
    assertThat(set.source().batch(2).inputs()).containsExactly(4);
    assertThat(set.limitedTo(2).batches()).isEqualTo(2);
    assertThat(set.limitedTo(0).batches()).isEqualTo(3);
    assertThat(set.limitedTo(9).batches()).isEqualTo(3);
  }

  @Test
  void everyEpochHasEveryImageOnceAlsoAcrossBatchBorders() {
    BatchSource source = numbered(10).shuffled(4, STREAMS);
    int[] seen = new int[20];
    for (int step = 0; step < 5; step++) {
      TokenBatch batch = source.batch(step);
      for (int slot = 0; slot < 4; slot++) {
        seen[step * 4 + slot] = batch.inputs()[slot];
      }
    }
    assertThat(Arrays.copyOf(seen, 10)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(Arrays.copyOfRange(seen, 10, 20))
        .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
        .isNotEqualTo(Arrays.copyOf(seen, 10));
  }

  @Test
  void aShuffledBatchDependsOnItsIndexOnly() {
    BatchSource one = numbered(10).shuffled(4, STREAMS);
    BatchSource other = numbered(10).shuffled(4, STREAMS);
    int[] far = one.batch(7).inputs();
    other.batch(0);
    other.batch(2);
    assertThat(other.batch(7).inputs()).isEqualTo(far);
    assertThat(one.batch(0).inputs()).isEqualTo(other.batch(0).inputs());
  }

  @Test
  void refusesImagesOfAnotherSize() throws IOException {
    Path file =
        Files.write(
            folder.resolve("images"),
            ByteBuffer.allocate(16 + 9).putInt(0x803).putInt(1).putInt(3).putInt(3).array());
    assertThatThrownBy(() -> MnistImages.read(file, 0))
        .isInstanceOf(UserException.Data.class)
        .hasMessageContaining("1 images of 3x3 pixels where MNIST has images of 28x28");
  }

  @Test
  void keepsTheFirstImagesUpToTheLimit() throws IOException {
    ByteBuffer idx = ByteBuffer.allocate(16 + 3 * 784);
    idx.putInt(0x803).putInt(3).putInt(28).putInt(28);
    Path file = Files.write(folder.resolve("images"), idx.array());
    assertThat(MnistImages.read(file, 2).count()).isEqualTo(2);
    assertThat(MnistImages.read(file, 9).count()).isEqualTo(3);
    assertThat(MnistImages.read(file, 0).count()).isEqualTo(3);
  }

  /** Images of two bytes, the first of which is the image's number. */
  private static MnistImages numbered(int count) {
    byte[] bytes = new byte[2 * count];
    for (int i = 0; i < count; i++) {
      bytes[2 * i] = (byte) i;
    }
    return new MnistImages(count, 2, bytes);
  }
}
