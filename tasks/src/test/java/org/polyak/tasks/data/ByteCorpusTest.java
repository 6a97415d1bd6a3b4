package org.polyak.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.tasks.UserException;

final class ByteCorpusTest {
  private static final RandomStreams STREAMS = number -> new SplittableRandom(17 * number + 2);

  @TempDir Path folder;

  @Test
  void splitsByPosition() throws IOException {
    Path file = Files.writeString(folder.resolve("text"), "0123456789".repeat(10));
    ByteCorpus corpus = ByteCorpus.read(file, 0.1, 5);
    assertThat(corpus.trainingBytes()).isEqualTo(90);
    assertThat(corpus.validationBytes()).isEqualTo(10);
    assertThat(corpus.validationBatches(1, 4).source().batch(0).inputs())
        .containsExactly('0', '1', '2', '3');
  }

  @Test
  void everyByteIsAToken() throws IOException {
    byte[] bytes = new byte[256];
    for (int i = 0; i < 256; i++) {
      bytes[i] = (byte) i;
    }
    Path file = Files.write(folder.resolve("text"), bytes);
    TokenBatch batch = ByteCorpus.read(file, 0.5, 2).validationBatches(1, 127).source().batch(0);
    assertThat(batch.inputs()[0]).isEqualTo(128);
    assertThat(batch.targets()[126]).isEqualTo(255);
  }

  @Test
  void readsTheVisibleFilesOfAFolderInOrder() throws IOException {
    Files.writeString(folder.resolve("b.txt"), "second");
    Files.createDirectories(folder.resolve("a"));
    Files.writeString(folder.resolve("a/z.txt"), "first");
    Files.createDirectories(folder.resolve(".git"));
    Files.writeString(folder.resolve(".git/config"), "hidden");
    Files.writeString(folder.resolve(".hidden"), "hidden");
    ByteCorpus corpus = ByteCorpus.read(folder, 0.5, 2);
    String end =
        new String(bytes(corpus.validationBatches(1, 5).source().batch(0)), StandardCharsets.UTF_8);
    assertThat(corpus.trainingBytes() + corpus.validationBytes()).isEqualTo(12);
    assertThat(end).isEqualTo("secon");
  }

  @Test
  void trainingWindowsStayInTheTrainingPart() throws IOException {
    Path file = Files.writeString(folder.resolve("text"), "a".repeat(90) + "b".repeat(10));
    TokenBatch batch = ByteCorpus.read(file, 0.1, 9).trainingBatches(500, 8, STREAMS).batch(0);
    assertThat(batch.inputs()).containsOnly('a');
    assertThat(batch.targets()).containsOnly('a');
  }

  @Test
  void validationHasEveryWindowOnce() throws IOException {
    Path file = Files.writeString(folder.resolve("text"), "x".repeat(90) + "0123456789");
    EvaluationSet set = ByteCorpus.read(file, 0.1, 4).validationBatches(2, 3);
    assertThat(set.batches()).isEqualTo(2);
    assertThat(set.source().batch(0).inputs()).containsExactly('0', '1', '2', '3', '4', '5');
    assertThat(set.source().batch(0).targets()).containsExactly('1', '2', '3', '4', '5', '6');
    assertThat(set.source().batch(1).inputs()).containsExactly('6', '7', '8');
    assertThat(set.source().batch(1).targets()).containsExactly('7', '8', '9');
  }

  @Test
  void refusesAnEmptyText() throws IOException {
    Path file = Files.createFile(folder.resolve("empty"));
    assertThatThrownBy(() -> ByteCorpus.read(file, 0.1, 5))
        .isInstanceOf(UserException.Data.class)
        .hasMessageContaining("is empty");
    assertThatThrownBy(() -> ByteCorpus.read(Files.createDirectory(folder.resolve("d")), 0.1, 5))
        .isInstanceOf(UserException.Data.class)
        .hasMessageContaining("is empty");
  }

  @Test
  void refusesATextTooShortForOneWindow() throws IOException {
    Path file = Files.writeString(folder.resolve("text"), "0123456789".repeat(10));
    assertThatThrownBy(() -> ByteCorpus.read(file, 0.1, 11))
        .isInstanceOf(UserException.Data.class)
        .hasMessageContaining("90 are for training and 10 for validation")
        .hasMessageContaining("task.context");
  }

  @Test
  void namesATextThatDoesNotExist() {
    assertThatThrownBy(() -> ByteCorpus.read(folder.resolve("none.txt"), 0.1, 5))
        .isInstanceOf(UserException.Data.class)
        .hasMessageContaining("none.txt does not exist");
  }

  private static byte[] bytes(TokenBatch batch) {
    byte[] bytes = new byte[batch.inputs().length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) batch.inputs()[i];
    }
    return bytes;
  }
}
