package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReduceKernelTest {
  private static final int OFFSET = 3;

  private final ReduceKernel kernel =
      KernelLoader.load(VectorReduceKernel.class, VectorWidth.preferred());

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 63, 64, 65, 200})
  void theMaximumIsFoundInEveryPlace(int n) {
    float[] in = numbers(n);
    for (int i = 0; i < n; i++) {
      float[] one = in.clone();
      one[OFFSET + i] = 50;
      assertThat(kernel.maximum(n, one, OFFSET)).isEqualTo(50);
      one[OFFSET + i] = Float.NaN;
      assertThat(kernel.maximum(n, one, OFFSET)).isNaN();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 64, 90, 200})
  void infinitiesOfBothSignsAreNoDoubt(int n) {
    float[] in = numbers(n);
    in[OFFSET] = Float.POSITIVE_INFINITY;
    in[OFFSET + n - 1] = Float.NEGATIVE_INFINITY;
    in[OFFSET + n / 2 - 1] = Float.POSITIVE_INFINITY;
    in[OFFSET + n / 2] = Float.NEGATIVE_INFINITY;
    assertThat(kernel.maximum(n, in, OFFSET)).isEqualTo(Float.POSITIVE_INFINITY);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 64, 130})
  void nothingButTheLeastIsTheLeast(int n) {
    float[] in = numbers(n);
    Arrays.fill(in, OFFSET, OFFSET + n, Float.NEGATIVE_INFINITY);
    assertThat(kernel.maximum(n, in, OFFSET)).isEqualTo(Float.NEGATIVE_INFINITY);
  }

  /** What lies around the run is larger than all in it. */
  private static float[] numbers(int n) {
    Random random = new Random(n);
    float[] numbers = new float[OFFSET + n + 20];
    Arrays.fill(numbers, 100);
    for (int i = 0; i < n; i++) {
      numbers[OFFSET + i] = (float) random.nextGaussian();
    }
    return numbers;
  }
}
