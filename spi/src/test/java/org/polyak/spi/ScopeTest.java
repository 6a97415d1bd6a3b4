package org.polyak.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScopeTest {
  private final List<Buffer> freed = new ArrayList<>();
  private final Allocator allocator =
      new Allocator() {
        @Override
        public Buffer allocate(DType dtype, long elements) {
          return new Buffer(dtype, elements) {};
        }

        @Override
        public void free(Buffer buffer) {
          freed.add(buffer);
        }
      };

  @Test
  void closingAScopeFreesItsMemoryAndThatOfItsChildrenOnce() {
    Scope root = Scope.open("root", allocator);
    Tensor a = root.allocate(DType.F32, Shape.of(4));
    Tensor b = root.child("step").allocate(DType.I32, Shape.of(2));
    root.close();
    root.close();
    assertThat(freed).containsExactlyInAnyOrder(a.buffer(), b.buffer()).hasSize(2);
    assertThat(root.stats().liveBuffers()).isZero();
  }

  @Test
  void useAfterCloseNamesTheScope() {
    Scope root = Scope.open("model", allocator);
    Scope step = root.child("step 3");
    Tensor tensor = step.allocate(DType.F32, Shape.of(4));
    step.close();
    assertThatThrownBy(() -> tensor.buffer().checkAlive())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("model/step 3");
    assertThatThrownBy(() -> step.allocate(DType.F32, Shape.of(1)))
        .hasMessageContaining("model/step 3");
  }

  @Test
  void aMovedTensorLivesAsLongAsItsNewScope() {
    Scope root = Scope.open("root", allocator);
    Scope step = root.child("step");
    Tensor kept = step.moveTo(root, step.allocate(DType.F32, Shape.of(4)));
    step.close();
    kept.buffer().checkAlive();
    assertThat(freed).isEmpty();
    root.close();
    assertThat(freed).containsExactly(kept.buffer());
  }

  @Test
  void releasingATensorKillsItsViewsOnly() {
    Scope root = Scope.open("root", allocator);
    Tensor first = root.allocate(DType.F32, Shape.of(4));
    Tensor second = root.allocate(DType.F32, Shape.of(4));
    Tensor view = first.slice(0, 1, 2);
    root.release(first);
    assertThatThrownBy(() -> view.buffer().checkAlive()).hasMessageContaining("root");
    second.buffer().checkAlive();
  }

  @Test
  void statisticsCountChildrenAndRememberThePeak() {
    Scope root = Scope.open("root", allocator);
    root.allocate(DType.F32, Shape.of(10));
    try (Scope step = root.child("step")) {
      step.allocate(DType.F32, Shape.of(90));
      assertThat(root.stats()).isEqualTo(new MemoryStats(2, 400, 400));
    }
    assertThat(root.stats()).isEqualTo(new MemoryStats(1, 40, 400));
  }

  @Test
  void onlyTheOwnerMayReleaseATensor() {
    Scope one = Scope.open("one", allocator);
    Scope two = Scope.open("two", allocator);
    Tensor tensor = one.allocate(DType.F32, Shape.of(1));
    assertThatThrownBy(() -> two.release(tensor))
        .hasMessageContaining("'two'")
        .hasMessageContaining("'one'");
    tensor.buffer().checkAlive();
  }

  @Test
  void aTensorMustLieWithinItsBuffer() {
    Tensor tensor = Scope.open("root", allocator).allocate(DType.F32, Shape.of(4));
    assertThatThrownBy(() -> tensor.view(Layout.contiguous(Shape.of(5))))
        .hasMessageContaining("4 F32 elements");
  }
}
