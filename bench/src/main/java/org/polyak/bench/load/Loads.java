package org.polyak.bench.load;

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
      case "bias-gelu" -> RowLoad.of(RowLoad.Operation.BIAS_GELU, shape);
      case "layer-norm" -> RowLoad.of(RowLoad.Operation.LAYER_NORM, shape);
      case "cross-entropy" -> RowLoad.of(RowLoad.Operation.CROSS_ENTROPY, shape);
      case "attention-forward" -> new AttentionLoad(Variant.of(id.variant()), shape, false);
      case "attention-gradient" -> new AttentionLoad(Variant.of(id.variant()), shape, true);
      case "training-step" -> new TrainingLoad(Variant.of(id.variant()), BatchShape.parse(shape));
      case "generation" -> new GenerationLoad(Variant.of(id.variant()), BatchShape.parse(shape));
      default -> throw new IllegalArgumentException("There is no benchmark '" + id + "'.");
    };
  }
}
