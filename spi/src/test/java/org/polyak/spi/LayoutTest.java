package org.polyak.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LayoutTest {
  private static final Layout MATRIX = Layout.contiguous(Shape.of(3, 4));

  @Test
  void contiguousLayoutsAreRowMajor() {
    assertThat(MATRIX.strides()).containsExactly(4, 1);
    assertThat(MATRIX.end()).isEqualTo(12);
    assertThat(MATRIX.isContiguous()).isTrue();
  }

  @Test
  void viewsReachTheElementsOfTheSource() {
    assertThat(positions(MATRIX.transpose(0, 1)))
        .containsExactly(0L, 4L, 8L, 1L, 5L, 9L, 2L, 6L, 10L, 3L, 7L, 11L);
    assertThat(positions(MATRIX.slice(1, 1, 3))).containsExactly(1L, 2L, 5L, 6L, 9L, 10L);
    assertThat(positions(MATRIX.slice(0, 1, 2).broadcastTo(Shape.of(2, 4))))
        .containsExactly(4L, 5L, 6L, 7L, 4L, 5L, 6L, 7L);
  }

  @Test
  void extentsOfOneNeverBreakContiguity() {
    assertThat(Layout.strided(Shape.of(1, 4), new long[] {99, 1}, 5).isContiguous()).isTrue();
    assertThat(MATRIX.slice(1, 0, 2).isContiguous()).isFalse();
    assertThat(MATRIX.slice(1, 0, 2).isContiguousFrom(1)).isTrue();
  }

  @Test
  void anEmptyLayoutReachesNothing() {
    assertThat(MATRIX.slice(0, 3, 3).end()).isZero();
    assertThat(MATRIX.slice(0, 3, 3).isContiguous()).isTrue();
  }

  @Test
  void reshapeOfRandomViewsKeepsTheOrderOfElementsOrAsksForACopy() {
    Random random = new Random(7);
    int views = 0;
    for (int round = 0; round < 2_000; round++) {
      Layout source = Layout.contiguous(Shape.of(2, 3, 4, 2));
      if (random.nextBoolean()) {
        source = source.transpose(random.nextInt(4), random.nextInt(4));
      }
      if (random.nextBoolean()) {
        int axis = random.nextInt(4);
        source = source.slice(axis, 0, 1 + random.nextInt(source.shape().dim(axis)));
      }
      Shape target = randomFactors((int) source.shape().size(), random);
      @Nullable Layout reshaped = source.reshape(target);
      if (reshaped != null) {
        views++;
        assertThat(reshaped.shape()).isEqualTo(target);
        assertThat(positions(reshaped)).isEqualTo(positions(source));
      } else {
        assertThat(source.isContiguous()).isFalse();
      }
    }
    assertThat(views).isGreaterThan(500);
  }

  @Test
  void aReshapeThatMergesContiguousAxesIsAView() {
    Layout heads = Layout.strided(Shape.of(2, 5, 3, 4), new long[] {1000, 36, 4, 1}, 12);
    assertThat(heads.reshape(Shape.of(2, 5, 12))).isNotNull();
    assertThat(heads.reshape(Shape.of(10, 12))).isNull();
  }

  @Test
  void aMatrixMadeOnceIsTransposedOnce() {
    assertThat(MATRIX.transpose(1, 0)).isSameAs(MATRIX.transpose(0, 1));
    assertThat(MATRIX.transpose(1, 1)).isEqualTo(MATRIX);
  }

  @Test
  void impossibleViewsSayWhatDoesNotFit() {
    assertThatThrownBy(() -> MATRIX.slice(0, 2, 4)).hasMessageContaining("[2, 4)");
    assertThatThrownBy(() -> MATRIX.permute(0, 0)).hasMessageContaining("permutation");
    assertThatThrownBy(() -> MATRIX.broadcastTo(Shape.of(2, 4))).hasMessageContaining("[3, 4]");
    assertThatThrownBy(() -> MATRIX.reshape(Shape.of(5))).hasMessageContaining("12 elements");
    assertThatThrownBy(() -> Shape.of(-1)).hasMessageContaining("negative");
    assertThatThrownBy(() -> MATRIX.stride(2)).hasMessageContaining("Axis 2");
  }

  private static Shape randomFactors(int size, Random random) {
    List<Integer> dims = new ArrayList<>();
    int rest = size;
    while (rest > 1) {
      int factor = 1 + random.nextInt(rest);
      if (rest % factor == 0) {
        dims.add(factor);
        rest /= factor;
      }
    }
    return Shape.of(dims.stream().mapToInt(Integer::intValue).toArray());
  }

  private static List<Long> positions(Layout layout) {
    List<Long> positions = List.of(layout.offset());
    for (int axis = 0; axis < layout.shape().rank(); axis++) {
      List<Long> next = new ArrayList<>();
      for (long position : positions) {
        for (int i = 0; i < layout.shape().dim(axis); i++) {
          next.add(position + i * layout.stride(axis));
        }
      }
      positions = next;
    }
    return positions;
  }
}
