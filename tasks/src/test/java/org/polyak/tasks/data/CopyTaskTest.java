package org.polyak.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class CopyTaskTest {
  private static final RandomStreams STREAMS = number -> new SplittableRandom(7919 * number + 1);

  @Test
  void wordLengthsAreThoseOfTheReleasedGenerator() {
    CopyTask task = new CopyTask(10, 128, CopyLayout.RELEASED, CopyMask.COPY);
    TreeSet<Integer> lengths = new TreeSet<>();
    TreeSet<Integer> symbols = new TreeSet<>();
    TokenBatch batch = task.batches(4096, STREAMS).batch(0);
    for (int row = 0; row < batch.batch(); row++) {
      int[] sequence = inputs(batch, row);
      int n = indexOf(sequence, 0, 0);
      lengths.add(n);
      assertThat(Arrays.copyOfRange(sequence, n + 1, 2 * n + 1))
          .isEqualTo(Arrays.copyOf(sequence, n));
      assertThat(Arrays.copyOfRange(sequence, 2 * n + 1, 128)).containsOnly(0);
      Arrays.stream(sequence, 0, n).forEach(symbols::add);
    }
    assertThat(lengths.first()).isEqualTo(32);
    assertThat(lengths.last()).isEqualTo(62);
    assertThat(symbols).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  @ParameterizedTest
  @EnumSource
  void targetsAreTheNextInputs(CopyLayout layout) {
    TokenBatch batch = new CopyTask(10, 16, layout, CopyMask.COPY).batches(8, STREAMS).batch(3);
    for (int row = 0; row < 8; row++) {
      int[] sequence = inputs(batch, row);
      int[] targets = Arrays.copyOfRange(batch.targets(), row * 16, (row + 1) * 16);
      assertThat(Arrays.copyOf(targets, 15)).isEqualTo(Arrays.copyOfRange(sequence, 1, 16));
      assertThat(targets[15]).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void theCopyMaskScoresExactlyThePredictionsOfTheSecondWord(CopyLayout layout) {
    int start = layout == CopyLayout.RELEASED ? 0 : 1;
    TokenBatch batch = new CopyTask(10, 64, layout, CopyMask.COPY).batches(32, STREAMS).batch(0);
    for (int row = 0; row < 32; row++) {
      int[] sequence = inputs(batch, row);
      int separator = indexOf(sequence, 0, start);
      int n = separator - start;
      for (int i = 0; i < 64; i++) {
        boolean predictsCopy = i >= separator && i < separator + n;
        assertThat(batch.mask()[row * 64 + i]).isEqualTo(predictsCopy ? 1f : 0f);
        if (predictsCopy) {
          assertThat(batch.targets()[row * 64 + i]).isEqualTo(sequence[start + i - separator]);
        }
      }
    }
  }

  @Test
  void theReleasedMaskScoresTheSeparatorToo() {
    TokenBatch copy =
        new CopyTask(10, 64, CopyLayout.RELEASED, CopyMask.COPY).batches(32, STREAMS).batch(0);
    TokenBatch released =
        new CopyTask(10, 64, CopyLayout.RELEASED, CopyMask.RELEASED).batches(32, STREAMS).batch(0);
    assertThat(released.inputs()).isEqualTo(copy.inputs());
    assertThat(released.scored()).isEqualTo(copy.scored() + 32);
    for (int row = 0; row < 32; row++) {
      int separator = indexOf(inputs(released, row), 0, 0);
      assertThat(released.mask()[row * 64 + separator - 1]).isEqualTo(1f);
      assertThat(released.targets()[row * 64 + separator - 1]).isZero();
    }
  }

  @Test
  void thePrintedLayoutBeginsWithTheSeparatorAndFits() {
    CopyTask task = new CopyTask(10, 9, CopyLayout.PRINTED, CopyMask.COPY);
    TokenBatch batch = task.batches(64, STREAMS).batch(0);
    for (int row = 0; row < 64; row++) {
      int[] sequence = inputs(batch, row);
      int n = indexOf(sequence, 0, 1) - 1;
      assertThat(sequence[0]).isZero();
      assertThat(n).isBetween(task.shortestWord(), task.longestWord());
      assertThat(Arrays.copyOfRange(sequence, n + 2, 2 * n + 2))
          .isEqualTo(Arrays.copyOfRange(sequence, 1, n + 1));
    }
  }

  @Test
  void aBatchDependsOnItsIndexOnly() {
    BatchSource source =
        new CopyTask(10, 16, CopyLayout.RELEASED, CopyMask.COPY).batches(4, STREAMS);
    int[] fifth = source.batch(5).inputs();
    int[] sixth = source.batch(6).inputs();
    assertThat(source.batch(5).inputs()).isEqualTo(fifth);
    assertThat(sixth).isNotEqualTo(fifth);
  }

  @Test
  void refusesSequencesTooShortForAnyWord() {
    assertThatThrownBy(() -> new CopyTask(10, 4, CopyLayout.RELEASED, CopyMask.COPY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 5");
  }

  private static int[] inputs(TokenBatch batch, int row) {
    return Arrays.copyOfRange(batch.inputs(), row * batch.length(), (row + 1) * batch.length());
  }

  private static int indexOf(int[] values, int value, int from) {
    int i = from;
    while (values[i] != value) {
      i++;
    }
    return i;
  }
}
