package org.polyak.nn.autograd;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.BiasActivationKernel;
import org.polyak.spi.fused.CrossEntropyKernel;
import org.polyak.spi.fused.DropoutKernel;
import org.polyak.spi.fused.DropoutMask;
import org.polyak.spi.fused.LayerNormKernel;
import org.polyak.spi.fused.LinearKernel;
import org.polyak.spi.fused.LogisticMixtureKernel;
import org.polyak.spi.fused.SoftmaxAttentionKernel;
import org.polyak.spi.fused.SoftmaxKernel;

/** One recorded operation with all that its gradient rule needs: one record per rule. */
public sealed interface Step {
  /** The result whose gradient the rule takes; of several, the first. */
  Variable out();

  /** A verb, a view, or a few of them. */
  sealed interface Verb extends Step {}

  /** A fused operation; its rule wants a contiguous gradient. */
  sealed interface Fused extends Step {}

  /** {@code out = op(x)}. */
  record Unary(UnaryOp op, Variable x, Variable out) implements Verb {}

  /** {@code out = op(a, b)}, both broadcast to the shape of {@code out}. */
  record Binary(BinaryOp op, Variable a, Variable b, Variable out) implements Verb {}

  /** {@code out = x · factor}. */
  record Scale(Variable x, double factor, Variable out) implements Verb {}

  /** {@code out = x + constant}. */
  record Shift(Variable x, Variable out) implements Verb {}

  /** {@code out = condition ≠ 0 ? a : b}, all broadcast to the shape of {@code out}. */
  record Select(Variable condition, Variable a, Variable b, Variable out) implements Verb {}

  /** The same elements in the same order under another shape. */
  record Reshape(Variable x, Variable out) implements Verb {}

  /** Axis i of {@code out} is axis {@code order[i]} of {@code x}. */
  record Permute(Variable x, List<Integer> order, Variable out) implements Verb {}

  /** Positions from {@code from} on along {@code axis}. */
  record Slice(Variable x, int axis, int from, Variable out) implements Verb {}

  /** Views that together make up {@code x}, which fills its memory. */
  record Split(Variable x, List<Variable> parts) implements Verb {
    @Override
    public Variable out() {
      return parts.getFirst();
    }
  }

  /** {@code x} repeated to a larger shape. */
  record Broadcast(Variable x, Variable out) implements Verb {}

  /** A contiguous copy. */
  record Copy(Variable x, Variable out) implements Verb {}

  /** Parts side by side along {@code axis}. */
  record Concatenate(int axis, List<Variable> parts, Variable out) implements Verb {}

  /** A reduction of {@code axis} to extent 1. */
  record Reduce(ReduceOp op, Variable x, int axis, Variable out) implements Verb {}

  /** Running sums along {@code axis}. */
  record CumulativeSum(Variable x, int axis, boolean reversed, Variable out) implements Verb {}

  /** {@code out = a·b} over broadcast batch axes. */
  record MatMul(Variable a, Variable b, Variable out) implements Verb {}

  /** {@code out = x·weightᵀ} with {@code x [R, in]} and {@code weight [out, in]}. */
  record Linear(Variable x, Variable weight, Variable out) implements Verb {}

  /** {@code out[r] = table[indices[r]]}. */
  record GatherRows(Variable table, Variable indices, Variable out) implements Verb {}

  /** A fused attention of the linear family. Null states are absent. */
  record Attention(
      AttentionKernel kernel,
      AttentionInputs inputs,
      Variable queries,
      Variable keys,
      Variable values,
      @Nullable CarriedState initial,
      Tensor saved,
      @Nullable CarriedState last,
      Variable out)
      implements Fused {}

  /** Fused softmax attention. */
  record SoftmaxAttention(
      SoftmaxAttentionKernel kernel,
      AttentionInputs inputs,
      Variable queries,
      Variable keys,
      Variable values,
      boolean causal,
      double scale,
      Tensor logSumExp,
      Variable out)
      implements Fused {}

  /** Fused softmax of rows. */
  record Softmax(SoftmaxKernel kernel, Variable x, Variable out) implements Fused {}

  /** Fused layer normalisation of rows. */
  record LayerNorm(
      LayerNormKernel kernel,
      Variable x,
      Variable gain,
      @Nullable Variable bias,
      Tensor saved,
      Variable out)
      implements Fused {}

  /** A fused linear layer of rows, and its dropout. */
  record FusedLinear(
      LinearKernel kernel,
      Activation activation,
      DropoutMask dropout,
      Variable x,
      Variable weight,
      Variable bias,
      Variable out)
      implements Fused {}

  /** Fused bias and activation of rows. */
  record BiasActivation(BiasActivationKernel kernel, Variable x, Variable bias, Variable out)
      implements Fused {}

  /** Fused softmax cross-entropy of rows. */
  record CrossEntropy(
      CrossEntropyKernel kernel,
      Variable logits,
      Variable targets,
      double labelSmoothing,
      Variable out)
      implements Fused {}

  /** Fused mixture-of-logistics loss of rows. */
  record LogisticMixture(
      LogisticMixtureKernel kernel, Variable parameters, Variable targets, Variable out)
      implements Fused {}

  /** Fused dropout. */
  record Dropout(DropoutKernel kernel, Variable x, double rate, int seed, Variable out)
      implements Fused {}
}
