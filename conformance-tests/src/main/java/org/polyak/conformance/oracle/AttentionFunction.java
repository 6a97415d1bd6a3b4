package org.polyak.conformance.oracle;

import java.util.function.BiFunction;
import java.util.function.Function;
import org.polyak.conformance.oracle.MomentumWeights.Anchor;

/** An attention output with its gradients: what an {@link Encoder} needs to know of attention. */
public interface AttentionFunction {
  /** The output {@code [B, N, H, V]}. */
  Array forward(AttentionInputs inputs);

  /** Gradients of {@code Σ outGradient · out}. */
  QkvGradients backward(AttentionInputs inputs, Array outGradient);

  /** Softmax attention with scale 1/√K. */
  static AttentionFunction softmax() {
    return of(
        x -> SoftmaxAttention.forward(x, 1 / Math.sqrt(x.keyDim())),
        (x, d) -> SoftmaxAttention.backward(x, 1 / Math.sqrt(x.keyDim()), d));
  }

  /** Linear attention. */
  static AttentionFunction linear(LinearKernel kernel) {
    return of(
        x -> LinearAttention.forward(x, kernel), (x, d) -> LinearAttention.backward(x, kernel, d));
  }

  /** Causal momentum attention by its recurrence, eq. 12. */
  static AttentionFunction momentum(LinearKernel kernel, Momentum momentum, Padding padding) {
    return of(
        x ->
            MomentumRecurrence.forward(
                    x, kernel, momentum, padding, MomentumRecurrence.State.zero(x))
                .out(),
        (x, d) -> {
          MomentumRecurrence.State zero = MomentumRecurrence.State.zero(x);
          return MomentumRecurrence.backward(x, kernel, momentum, padding, zero, d, zero).inputs();
        });
  }

  /** Non-causal momentum attention, eq. 14. */
  static AttentionFunction nonCausalMomentum(
      LinearKernel kernel, Momentum momentum, Anchor anchor) {
    return of(
        x -> MomentumAttention.nonCausal(x, kernel, momentum, anchor),
        (x, d) -> MomentumAttention.nonCausalBackward(x, kernel, momentum, anchor, d));
  }

  /** The released training code's causal momentum attention. */
  static AttentionFunction releasedMomentum(LinearKernel kernel, Momentum momentum, Anchor anchor) {
    return of(
        x -> MomentumAttention.released(x, kernel, momentum, anchor),
        (x, d) -> MomentumAttention.releasedBackward(x, kernel, momentum, anchor, d));
  }

  private static AttentionFunction of(
      Function<AttentionInputs, Array> forward,
      BiFunction<AttentionInputs, Array, QkvGradients> backward) {
    return new AttentionFunction() {
      @Override
      public Array forward(AttentionInputs inputs) {
        return forward.apply(inputs);
      }

      @Override
      public QkvGradients backward(AttentionInputs inputs, Array outGradient) {
        return backward.apply(inputs, outGradient);
      }
    };
  }
}
