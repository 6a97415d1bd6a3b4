package org.polyak.conformance.gradients;

import java.util.List;
import java.util.stream.IntStream;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Differentiated;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.UpdateRule;

/** Operations give the same bits every time, and so do their gradients; NaN stays in its row. */
public final class RepeatCases {
  /** Several sequences, long enough to be worked on by several threads or groups. */
  private static final int[] HEADS = {3, 150, 2, 16};

  private static final int[] ROWS = {300, 65};

  private RepeatCases() {}

  /** The families. */
  public static List<Family> families() {
    Family bits =
        new Family(
            "GRAD-REPEAT",
            Chapter.GRADIENTS,
            new Definition(
                "the same inputs give the same bits, forward and backward", "FusedKernels"));
    Family nan =
        new Family(
            "GRAD-NAN",
            Chapter.GRADIENTS,
            new Definition(
                "a row with a NaN gives NaN, in the result and in its gradient; others do not",
                "IEEE 754"));
    add(bits, "causal linear attention", attention(new UpdateRule.Additive(), true), HEADS, 3);
    add(bits, "full linear attention", attention(new UpdateRule.Additive(), false), HEADS, 3);
    add(bits, "momentum attention", attention(new UpdateRule.Momentum(0.9f, 0.75), true), HEADS, 3);
    add(bits, "softmax attention", RepeatCases::softmax, HEADS, 3);
    add(bits, "layer normalisation", RepeatCases::layerNorm, ROWS, 1);
    add(bits, "linear layer with GELU", RepeatCases::linear, ROWS, 1);
    add(bits, "cross-entropy", RepeatCases::crossEntropy, ROWS, 1);
    add(bits, "softmax of rows", (ops, in) -> List.of(ops.softmax(in.getFirst())), ROWS, 1);
    nan.add("layer normalisation", (c, s) -> nanStays(c, s, RepeatCases::layerNorm));
    nan.add("linear layer with GELU", (c, s) -> nanStays(c, s, RepeatCases::linear));
    nan.add("cross-entropy", (c, s) -> nanStays(c, s, RepeatCases::crossEntropy));
    nan.add(
        "softmax of rows",
        (c, s) -> nanStays(c, s, (ops, in) -> List.of(ops.softmax(in.getFirst()))));
    return List.of(bits, nan);
  }

  private static void add(
      Family family, String title, Differentiated.Function function, int[] shape, int count) {
    family.add(
        title,
        (c, s) -> {
          List<Array> inputs = draw(s, shape, count);
          Array cotangent = DirectionalTrial.normal(s, results(c, inputs, function));
          Differentiated first = Differentiated.of(c, inputs, List.of(cotangent), function);
          for (int time = 2; time <= 4; time++) {
            Differentiated again = Differentiated.of(c, inputs, List.of(cotangent), function);
            c.expectSameBits("result", again.result(), first.result());
            for (int i = 0; i < inputs.size(); i++) {
              c.expectSameBits(
                  "gradient of input " + i, again.gradients().get(i), first.gradients().get(i));
            }
          }
        });
  }

  private static List<Array> draw(Samples s, int[] shape, int count) {
    return IntStream.range(0, count).mapToObj(i -> DirectionalTrial.normal(s, shape)).toList();
  }

  private static int[] results(
      CaseContext c, List<Array> inputs, Differentiated.Function function) {
    Ops ops = Ops.inference(c.engine(), c.scope());
    List<Variable> constants =
        inputs.stream().map(in -> ops.constant(Samples.floats(in), in.shape())).toList();
    return function.apply(ops, constants).getFirst().shape().dims();
  }

  private static void nanStays(CaseContext c, Samples s, Differentiated.Function function) {
    Array x = DirectionalTrial.normal(s, 7, 33);
    x.set(Double.NaN, 3, 17);
    int[] shape = results(c, List.of(x), function);
    Differentiated found =
        Differentiated.of(c, List.of(x), List.of(DirectionalTrial.normal(s, shape)), function);
    rowsAreNaN(c, "result", found.result());
    rowsAreNaN(c, "gradient", found.gradients().getFirst());
  }

  private static void rowsAreNaN(CaseContext c, String what, float[] elements) {
    int width = elements.length / 7;
    for (int row = 0; row < 7; row++) {
      boolean nan = false;
      for (int e = 0; e < width; e++) {
        nan |= Float.isNaN(elements[row * width + e]);
      }
      c.check(
          nan == (row == 3),
          "row %d of the %s %s".formatted(row, what, nan ? "is NaN" : "has swallowed the NaN"));
    }
  }

  private static Differentiated.Function attention(UpdateRule rule, boolean causal) {
    AttentionSpec spec =
        new AttentionSpec(
            FeatureMap.ELU_PLUS_ONE,
            new Normaliser.KeySum(1e-6),
            rule,
            causal,
            Padding.DECAY,
            new Schedule.Automatic());
    return (ops, in) -> List.of(ops.attention(spec, in.get(0), in.get(1), in.get(2), null));
  }

  private static List<Variable> softmax(Ops ops, List<Variable> in) {
    return List.of(ops.softmaxAttention(in.get(0), in.get(1), in.get(2), null, true, 0.25));
  }

  private static List<Variable> layerNorm(Ops ops, List<Variable> in) {
    int width = in.getFirst().shape().dim(1);
    return List.of(
        ops.layerNorm(in.getFirst(), ops.filled(1.5, width), ops.filled(0.5, width), 1e-5));
  }

  private static List<Variable> linear(Ops ops, List<Variable> in) {
    int width = in.getFirst().shape().dim(1);
    Variable weight = ops.filled(0.1, 9, width);
    return List.of(ops.linear(in.getFirst(), weight, ops.filled(0.5, 9), Activation.GELU, 0));
  }

  private static List<Variable> crossEntropy(Ops ops, List<Variable> in) {
    int rows = in.getFirst().shape().dim(0);
    int[] targets = new int[rows];
    for (int i = 0; i < rows; i++) {
      targets[i] = i % in.getFirst().shape().dim(1);
    }
    return List.of(ops.crossEntropy(in.getFirst(), ops.indices(targets, rows), 0));
  }
}
