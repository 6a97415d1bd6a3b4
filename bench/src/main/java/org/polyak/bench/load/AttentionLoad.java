package org.polyak.bench.load;

import java.util.List;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.AttentionConfig;
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
 * Causal attention over whole sequences; queries, keys and values are {@code [B, N, H, D]}.
 *
 * @param variant the attention
 * @param batch B
 * @param heads H
 * @param length N
 * @param dim D, channels of keys and of values
 * @param gradient whether the gradients of the sum of all outputs are computed too
 */
record AttentionLoad(Variant variant, int batch, int heads, int length, int dim, boolean gradient)
    implements Load {
  AttentionLoad(Variant variant, String shape, boolean gradient) {
    this(variant, Extents.parse(shape, "B", "H", "N", "D"), gradient);
  }

  private AttentionLoad(Variant variant, int[] e, boolean gradient) {
    this(variant, e[0], e[1], e[2], e[3], gradient);
  }

  @Override
  public Work prepare(Engine engine, Scope scope) {
    Numbers numbers = new Numbers(engine, scope);
    Variable queries = input(numbers, "queries");
    Variable keys = input(numbers, "keys");
    Variable values = input(numbers, "values");
    if (!gradient) {
      return () -> {
        try (Scope run = scope.child("run")) {
          attend(Ops.inference(engine, run), queries, keys, values);
        }
      };
    }
    return () -> {
      try (Scope run = scope.child("run")) {
        Ops ops = Ops.recording(engine, run, new Tape());
        ops.backward(ops.sumAll(attend(ops, queries, keys, values)));
      }
    };
  }

  @Override
  public Amount amount() {
    return Amount.ofItems((double) batch * length, "tokens");
  }

  @Override
  public List<String> gate() {
    return List.of(variant.gate());
  }

  private Variable input(Numbers numbers, String name) {
    return gradient
        ? numbers.parameter(name, batch, length, heads, dim)
        : Variable.constant(numbers.tensor(name, batch, length, heads, dim));
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
