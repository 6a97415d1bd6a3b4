package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.DropoutHash;
import org.polyak.spi.fused.DropoutKernel;
import org.polyak.spi.fused.Support;

class CpuDropoutTest {
  @ParameterizedTest
  @EnumSource
  void keepsExactlyTheElementsThatTheHashKeeps(VectorWidth width) {
    double[] rates = {0, 0.1, 0.5, 0.999999, DropoutHash.uniform(5, 3)};
    for (int count : new int[] {1, 2, 37, 130, 10_000}) {
      for (double rate : rates) {
        float[] x = GuardedMemory.random(new Random(count), count, 1);
        try (TestDevice device = new TestDevice(2, width);
            GuardedMemory memory = new GuardedMemory()) {
          Tensor tensor = memory.floats(x, count);
          Support<DropoutKernel> support = device.fused().dropout();
          ((Support.Native<DropoutKernel>) support).kernel().apply(tensor, rate, 5, tensor);
          float[] expected = new float[count];
          for (int i = 0; i < count; i++) {
            boolean kept = DropoutHash.uniform(5, i) >= rate;
            expected[i] = kept ? x[i] * (float) (1 / (1 - rate)) : 0;
          }
          assertThat(GuardedMemory.read(tensor)).containsExactly(expected);
          memory.assertGuardsIntact();
        }
      }
    }
  }
}
