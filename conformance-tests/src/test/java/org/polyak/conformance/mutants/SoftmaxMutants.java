package org.polyak.conformance.mutants;

import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.SoftmaxAttentionKernel;
import org.polyak.spi.fused.Support;

/** Fused softmax attention that computes the wrong numbers. */
final class SoftmaxMutants {
  private SoftmaxMutants() {}

  static List<Mutant> all() {
    return List.of(
        mutant(
            "softmax-scale-ignored",
            "Scores are not scaled, forward or backward.",
            (host, good) ->
                new DecoratedFusedOperations.SoftmaxAttention(good) {
                  @Override
                  public void forward(
                      AttentionInputs inputs,
                      boolean causal,
                      double scale,
                      Tensor out,
                      @Nullable Tensor logSumExp) {
                    super.forward(inputs, causal, 1, out, logSumExp);
                  }

                  @Override
                  public void backward(
                      AttentionInputs inputs,
                      boolean causal,
                      double scale,
                      Tensor out,
                      Tensor logSumExp,
                      Tensor outGradient,
                      AttentionGradients gradients) {
                    super.backward(inputs, causal, 1, out, logSumExp, outGradient, gradients);
                  }
                },
            "ATT-SOFT-015",
            "GRAD-017"),
        mutant(
            "softmax-padding-attended",
            "Softmax attention ignores key lengths.",
            (host, good) ->
                new DecoratedFusedOperations.SoftmaxAttention(good) {
                  @Override
                  public void forward(
                      AttentionInputs inputs,
                      boolean causal,
                      double scale,
                      Tensor out,
                      @Nullable Tensor logSumExp) {
                    super.forward(
                        new AttentionInputs(inputs.queries(), inputs.keys(), inputs.values(), null),
                        causal,
                        scale,
                        out,
                        logSumExp);
                  }
                },
            "ATT-SOFT-036",
            "ATT-SOFT-037",
            "ATT-SOFT-024"),
        mutant(
            "softmax-overflows",
            "Exponentials are taken in binary32 without taking the largest score off first.",
            (host, good) ->
                new HostSoftmax(host, good) {
                  @Override
                  double largest(double[] scores) {
                    return 0;
                  }
                },
            "ATT-SOFT-015",
            "ATT-SOFT-032",
            "ATT-SOFT-014"),
        mutant(
            "softmax-mask-off-by-one",
            "Row t sees the key of t + 1 as well.",
            (host, good) ->
                new HostSoftmax(host, good) {
                  @Override
                  boolean sees(int row, int key) {
                    return key <= row + 1;
                  }
                },
            "ATT-SOFT-026",
            "GRAD-019"),
        mutant(
            "softmax-empty-row-nan",
            "A row that sees no key is 0/0.",
            (host, good) ->
                new HostSoftmax(host, good) {
                  @Override
                  double quotient(double numerator, double denominator) {
                    return numerator / denominator;
                  }
                },
            "ATT-SOFT-036",
            "ATT-SOFT-037",
            "ATT-SOFT-024"),
        mutant(
            "softmax-gradient-unscaled",
            "The gradient of the queries misses the scale of the scores.",
            (host, good) ->
                new DecoratedFusedOperations.SoftmaxAttention(good) {
                  @Override
                  public void backward(
                      AttentionInputs inputs,
                      boolean causal,
                      double scale,
                      Tensor out,
                      Tensor logSumExp,
                      Tensor outGradient,
                      AttentionGradients gradients) {
                    super.backward(inputs, causal, scale, out, logSumExp, outGradient, gradients);
                    host.change(gradients.queries(), x -> (float) (x / scale));
                  }
                },
            "ATT-SOFT-002",
            "GRAD-017"),
        mutant(
            "softmax-gradient-without-denominator",
            "The gradient of the keys misses the term of the denominator.",
            (host, good) ->
                new DecoratedFusedOperations.SoftmaxAttention(good) {
                  @Override
                  public void backward(
                      AttentionInputs inputs,
                      boolean causal,
                      double scale,
                      Tensor out,
                      Tensor logSumExp,
                      Tensor outGradient,
                      AttentionGradients gradients) {
                    try (Scope scope = host.backend().openScope("zeros")) {
                      Tensor zeros = host.changed(scope, out, x -> 0);
                      super.backward(
                          inputs, causal, scale, zeros, logSumExp, outGradient, gradients);
                    }
                  }
                },
            "ATT-SOFT-018",
            "GRAD-017"));
  }

  /** Softmax attention as its definition says, on the host. */
  private static class HostSoftmax extends DecoratedFusedOperations.SoftmaxAttention {
    private final HostMemory host;

    HostSoftmax(HostMemory host, SoftmaxAttentionKernel good) {
      super(good);
      this.host = host;
    }

    double largest(double[] scores) {
      double largest = Double.NEGATIVE_INFINITY;
      for (double score : scores) {
        largest = Math.max(largest, score);
      }
      return largest;
    }

    boolean sees(int row, int key) {
      return key <= row;
    }

    double quotient(double numerator, double denominator) {
      return denominator == 0 ? 0 : numerator / denominator;
    }

    @Override
    public void forward(
        AttentionInputs inputs,
        boolean causal,
        double scale,
        Tensor out,
        @Nullable Tensor logSumExp) {
      super.forward(inputs, causal, scale, out, logSumExp);
      double[][][] q = AttentionArrays.tokens(host, inputs.queries());
      double[][][] k = AttentionArrays.tokens(host, inputs.keys());
      double[][][] v = AttentionArrays.tokens(host, inputs.values());
      double[][][] result = AttentionArrays.tokens(host, out);
      int @Nullable [] lengths =
          inputs.keyLengths() == null ? null : host.integers(inputs.keyLengths());
      for (int head = 0; head < q.length; head++) {
        int length = lengths == null ? inputs.keyCount() : lengths[head / inputs.heads()];
        for (int row = 0; row < q[head].length; row++) {
          int visible = length;
          while (causal && visible > 0 && !sees(row, visible - 1)) {
            visible--;
          }
          double[] scores = new double[visible];
          for (int key = 0; key < visible; key++) {
            scores[key] = scale * HeadState.dot(q[head][row], k[head][key]);
          }
          average(scores, v[head], result[head][row]);
        }
      }
      AttentionArrays.put(host, result, out);
    }

    private void average(double[] scores, double[][] values, double[] to) {
      double largest = largest(scores);
      double denominator = 0;
      double[] numerator = new double[to.length];
      for (int key = 0; key < scores.length; key++) {
        float weight = (float) Math.exp(scores[key] - largest);
        denominator += weight;
        HeadState.add(numerator, weight, values[key]);
      }
      for (int c = 0; c < to.length; c++) {
        to[c] = quotient(numerator[c], denominator);
      }
    }
  }

  private static Mutant mutant(
      String name,
      String bug,
      BiFunction<HostMemory, SoftmaxAttentionKernel, SoftmaxAttentionKernel> broken,
      String... killers) {
    return Mutant.fused(
        name,
        bug,
        (host, fused) ->
            new DecoratedFusedKernels(fused) {
              @Override
              public Support<SoftmaxAttentionKernel> softmaxAttention() {
                return replaced(super.softmaxAttention(), good -> broken.apply(host, good));
              }
            },
        killers);
  }
}
