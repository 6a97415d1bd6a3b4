package org.polyak.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.polyak.bench.load.Load;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Loads;

/** What counts as the same result. */
class AgreementTest {
  private static final Load LOAD = Loads.of(new LoadId("tanh", "", "1x2"));
  private static final List<float[]> OURS = List.of(new float[] {3, 4});

  @Test
  void equalResultsDifferByNothing() {
    assertThat(Agreement.require(LOAD, OURS, List.of(new float[] {3, 4}))).isZero();
  }

  /** One unit in the last place of 4, over the norm 5. */
  @Test
  void roundingIsTolerated() {
    float next = Math.nextUp(4f);
    assertThat(Agreement.require(LOAD, OURS, List.of(new float[] {3, next})))
        .isEqualTo(((double) next - 4) / 5);
  }

  @Test
  void moreThanRoundingIsWrong() {
    assertThatThrownBy(() -> Agreement.require(LOAD, OURS, List.of(new float[] {3, 4.0001f})))
        .isInstanceOf(WrongResultException.class)
        .hasMessageContaining("output 1 of the peer differs from ours by 2.0e-05 of its norm");
  }

  @Test
  void whatIsNoNumberIsWrong() {
    assertThatThrownBy(() -> Agreement.require(LOAD, OURS, List.of(new float[] {3, Float.NaN})))
        .isInstanceOf(WrongResultException.class);
  }

  @Test
  void otherSizesAreWrong() {
    assertThatThrownBy(() -> Agreement.require(LOAD, OURS, List.of()))
        .isInstanceOf(WrongResultException.class)
        .hasMessageContaining("gives 0 outputs, we give 1");
    assertThatThrownBy(() -> Agreement.require(LOAD, OURS, List.of(new float[] {3})))
        .isInstanceOf(WrongResultException.class)
        .hasMessageContaining("has 1 elements, ours has 2");
  }

  @Test
  void aZeroResultIsComparedToo() {
    List<float[]> zero = List.of(new float[2]);
    assertThat(Agreement.require(LOAD, zero, List.of(new float[2]))).isZero();
    assertThatThrownBy(() -> Agreement.require(LOAD, zero, List.of(new float[] {0, 1e-30f})))
        .isInstanceOf(WrongResultException.class);
  }
}
