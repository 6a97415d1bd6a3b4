package org.polyak.conformance.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.heap.HeapProvider;
import org.junit.jupiter.api.Test;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.Layout;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

class GuardedMemoryTest {
  private final Backend backend = new HeapProvider().open(BackendOptions.DEFAULTS);
  private GuardedMemory memory = fresh();

  @Test
  void correctWorkIsNotBlamed() {
    for (Placement placement : Placement.values()) {
      Tensor in = memory.input("in", new float[120], placement, 2, 3, 4, 5);
      Tensor out = memory.output("out", placement, 2, 3, 4, 5);
      backend.kernels().copy(in, out);
      assertThat(memory.verify()).isEmpty();
      assertThat(memory.floats(out)).containsOnly(0f);
    }
  }

  @Test
  void placementsNeverPutTwoElementsInOnePlace() {
    for (Placement placement : Placement.values()) {
      assertThat(Positions.of(placement.layout(Shape.of(2, 3, 4, 5)))).doesNotHaveDuplicates();
    }
  }

  @Test
  void oneElementWrittenBeyondTheEndIsSeen() {
    for (Placement placement : Placement.values()) {
      memory = fresh();
      Tensor out = memory.output("out", placement, 2, 3, 4, 5);
      backend.kernels().fill(out, 1);
      long end = out.layout().end();
      backend.kernels().fill(out.view(Layout.strided(Shape.of(1), new long[] {1}, end)), 1);
      assertThat(memory.verify()).singleElement().asString().contains("memory around 'out'");
    }
  }

  @Test
  void aGapThatIsWrittenIsSeen() {
    Tensor out = memory.output("out", Placement.GAPPED, 3, 4);
    Layout withoutGaps = Layout.strided(Shape.of(12), new long[] {1}, out.layout().offset());
    backend.kernels().fill(out, 1);
    backend.kernels().fill(out.view(withoutGaps), 1);
    assertThat(memory.verify()).singleElement().asString().contains("memory around 'out'");
  }

  @Test
  void anElementThatIsNotWrittenIsSeen() {
    Tensor out = memory.output("out", Placement.OFFSET, 5);
    backend.kernels().fill(out.slice(0, 0, 4), 1);
    assertThat(memory.verify()).singleElement().asString().contains("not overwritten everywhere");
  }

  @Test
  void anInputThatIsChangedIsSeen() {
    Tensor in = memory.input("in", new float[5], Placement.OFFSET, 5);
    backend.kernels().fill(in.slice(0, 2, 3), -0.0);
    assertThat(memory.verify()).singleElement().asString().contains("input 'in' was changed");
  }

  @Test
  void poisonIsNoUsefulNumber() {
    Tensor out = memory.output("out", Placement.DENSE, 5);
    Tensor indices = memory.integerOutput("indices", Placement.DENSE, 5);
    assertThat(memory.floats(out)).containsOnly(Float.NaN);
    for (int index : memory.integers(indices)) {
      assertThat(index).isGreaterThan(1_000_000_000);
    }
  }

  private GuardedMemory fresh() {
    return new GuardedMemory(backend, backend.openScope("test"));
  }
}
