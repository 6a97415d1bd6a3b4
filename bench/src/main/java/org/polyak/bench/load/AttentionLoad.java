package org.polyak.bench.load;

import java.util.List;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.ops.ArithmeticOps;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.Scope;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.UpdateRule;

/**
 * Causal attention over whole sequences. {@code queries}, {@code keys} and {@code values} are
 * {@code [B, N, H, D]}; the linear variants use {@code elu(x) + 1} and divide by the sum of the
 * keys' features plus {@link AttentionConfig#EPSILON}, softmax scales by {@code 1/√D}.
 *
 * <p>The output is [B, N, H, D], followed, where gradients are computed, by those of queries, keys
 * and values, of the sum of all elements of the output.
 *
 * @param variant the attention
 * @param batch B
 * @param heads H
 * @param length N
 * @param dim D, channels of keys and of values
 * @param gradient whether the gradients of the sum of all outputs are computed too
 */
public record AttentionLoad(
    Variant variant, int batch, int heads, int length, int dim, boolean gradient) implements Load {
  AttentionLoad(Variant variant, String shape, boolean gradient) {
    this(variant, Extents.parse(shape, "B", "H", "N", "D"), gradient);
  }

  private AttentionLoad(Variant variant, int[] e, boolean gradient) {
    this(variant, e[0], e[1], e[2], e[3], gradient);
  }

  @Override
  public Work prepare(Engine engine, Scope scope) {
    Inputs inputs = new Inputs(engine, scope);
    Variable queries = input(inputs, "queries");
    Variable keys = input(inputs, "keys");
    Variable values = input(inputs, "values");
    Works works = new Works(engine, scope);
    Works.Operation attention = ops -> attend(ops, queries, keys, values);
    return gradient
        ? works.gradients(attention, ArithmeticOps::sumAll, queries, keys, values)
        : works.operation(attention);
  }

  @Override
  public Amount amount() {
    return Amount.ofItems((double) batch * length, "tokens");
  }

  @Override
  public List<String> gate() {
    return List.of(variant.gate());
  }

  /** Numerator and denominator are sums over the tokens; gradients of queries cancel in part. */
  @Override
  public double tolerance() {
    return (gradient ? 4 : 1) * Rounding.ofSums(length);
  }

  private Variable input(Inputs inputs, String name) {
    return gradient
        ? inputs.parameter(name, batch, length, heads, dim)
        : Variable.constant(inputs.tensor(name, batch, length, heads, dim));
  }

  private Variable attend(Ops ops, Variable queries, Variable keys, Variable values) {
    return switch (variant) {
      case SOFTMAX -> ops.softmaxAttention(queries, keys, values, null, true, 1 / Math.sqrt(dim));
      case LINEAR -> ops.attention(spec(new UpdateRule.Additive()), queries, keys, values, null);
      case MOMENTUM ->
          ops.attention(
              spec(new UpdateRule.Momentum(Variant.BETA, Variant.GAMMA)),
              queries,
              keys,
              values,
              null);
    };
  }

  private static AttentionSpec spec(UpdateRule rule) {
    return new AttentionSpec(
        FeatureMap.ELU_PLUS_ONE,
        new Normaliser.KeySum(AttentionConfig.EPSILON),
        rule,
        true,
        Padding.DECAY,
        new Schedule.Automatic());
  }
}
