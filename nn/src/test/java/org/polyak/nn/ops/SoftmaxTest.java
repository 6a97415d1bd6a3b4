package org.polyak.nn.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.fused.FusedKernels;

class SoftmaxTest {
  private final Backend backend =
      ServiceLoader.load(BackendProvider.class)
          .findFirst()
          .orElseThrow()
          .open(BackendOptions.DEFAULTS);
  private final Scope scope = backend.openScope("test");
  private final Ops fused = Ops.inference(new Engine(backend), scope);
  private final Ops composed = Ops.inference(new Engine(backend, FusedKernels.NONE), scope);

  @AfterEach
  void close() {
    scope.close();
    backend.close();
  }

  @Test
  void rowsOfTheLastAxisSumToOneInTheShapeOfTheArgument() {
    float[] x = new float[24];
    for (int i = 0; i < x.length; i++) {
      x[i] = i % 7 - 3;
    }
    for (Ops ops : new Ops[] {fused, composed}) {
      Variable y = ops.softmax(ops.constant(x, 2, 3, 4));
      assertThat(y.shape()).isEqualTo(Shape.of(2, 3, 4));
      for (float sum : ops.toFloats(ops.sum(y, 2))) {
        // Four numbers below 1, each with the roundings of an exponential, a sum and a quotient.
        assertThat((double) sum).isCloseTo(1, within(64 * 0x1p-24));
      }
    }
  }

  @Test
  void aVectorIsOneRow() {
    for (Ops ops : new Ops[] {fused, composed}) {
      assertThat(ops.toFloats(ops.softmax(ops.constant(new float[] {5, 5}, 2))))
          .containsExactly(0.5f, 0.5f);
    }
  }

  @Test
  void fusedAndComposedAgreeOnElementsThatAreNotFinite() {
    float infinity = Float.POSITIVE_INFINITY;
    float[] x = {0, Float.NaN, 1, infinity, -infinity, -infinity, -infinity, 3};
    float nan = Float.NaN;
    for (Ops ops : new Ops[] {fused, composed}) {
      assertThat(ops.toFloats(ops.softmax(ops.constant(x, 4, 2))))
          .containsExactly(nan, nan, nan, nan, nan, nan, 0, 1);
    }
  }

  @Test
  void anArgumentWithoutAxesOrOfIntegersIsRefused() {
    assertThatThrownBy(() -> fused.softmax(fused.filled(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("softmax", "needs an axis");
    assertThatThrownBy(() -> fused.softmax(fused.indices(new int[] {1, 2}, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("softmax");
  }
}
