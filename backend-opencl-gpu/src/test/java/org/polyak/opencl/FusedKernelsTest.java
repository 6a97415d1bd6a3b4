package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.polyak.spi.Backend;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.spi.fused.Support;

class FusedKernelsTest {
  @Test
  void everyOperationIsFused() {
    try (Backend backend = TestDevice.open()) {
      FusedKernels fused = backend.fused();
      List<Support<?>> answers = new ArrayList<>();
      answers.add(fused.softmaxAttention());
      answers.add(fused.softmax());
      answers.add(fused.layerNorm());
      answers.add(fused.linear(Activation.IDENTITY));
      answers.add(fused.linear(Activation.RELU));
      for (Activation activation : Activation.values()) {
        answers.add(fused.biasActivation(activation));
      }
      answers.add(fused.softmaxCrossEntropy());
      answers.add(fused.logisticMixture());
      answers.add(fused.dropout());
      answers.add(fused.squaredNorms());
      answers.add(fused.optimizer(new OptimizerRule.Adam(0.9, 0.999, 1e-8, 0, false)));
      assertThat(answers).allMatch(answer -> answer instanceof Support.Native<?>);
    }
  }

  @Test
  void aLinearLayerWhoseResultDoesNotTellItsSlopeIsComposed() {
    try (Backend backend = TestDevice.open()) {
      for (Activation activation : List.of(Activation.GELU, Activation.SILU)) {
        assertThat(backend.fused().linear(activation))
            .isEqualTo(
                new Support.Unsupported<>("its gradient needs the sums before the activation"));
      }
    }
  }
}
