package org.polyak.bench.load;

import org.polyak.bench.load.RowLoad.Operation;

/** Finds loads by their names. */
public final class Loads {
  private Loads() {}

  /**
   * The load of a name.
   *
   * @throws IllegalArgumentException for a benchmark, a variant or a shape that does not exist
   */
  public static Load of(LoadId id) {
    String shape = id.shape();
    return switch (id.benchmark()) {
      case "matmul" -> MatmulLoad.single(shape);
      case "matmul-batched" -> MatmulLoad.batched(shape);
      case "exponential", "tanh" -> new UnaryLoad(id.benchmark(), shape);
      case "bias-gelu" -> RowLoad.of(Operation.BIAS_GELU, false, shape);
      case "bias-gelu-gradient" -> RowLoad.of(Operation.BIAS_GELU, true, shape);
      case "layer-norm" -> RowLoad.of(Operation.LAYER_NORM, false, shape);
      case "layer-norm-gradient" -> RowLoad.of(Operation.LAYER_NORM, true, shape);
      case "softmax" -> RowLoad.of(Operation.SOFTMAX, false, shape);
      case "softmax-gradient" -> RowLoad.of(Operation.SOFTMAX, true, shape);
      case "cross-entropy" -> RowLoad.of(Operation.CROSS_ENTROPY, true, shape);
      case "attention-forward" -> new AttentionLoad(Variant.of(id.variant()), shape, false);
      case "attention-gradient" -> new AttentionLoad(Variant.of(id.variant()), shape, true);
      case "training-step" -> new TrainingLoad(Variant.of(id.variant()), BatchShape.parse(shape));
      case "recomputed-pixel" ->
          new RecomputationLoad(Variant.of(id.variant()), BatchShape.parse(shape));
      case "generation" -> new GenerationLoad(Variant.of(id.variant()), BatchShape.parse(shape));
      default -> throw new IllegalArgumentException("There is no benchmark '" + id + "'.");
    };
  }
}
