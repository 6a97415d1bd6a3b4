package org.polyak.conformance.mutants;

import java.util.List;
import java.util.function.BiFunction;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.DropoutHash;
import org.polyak.spi.fused.DropoutMask;
import org.polyak.spi.fused.LinearKernel;
import org.polyak.spi.fused.Support;

/** Fused linear layers that compute the wrong numbers. */
final class FusedLinearMutants {
  private static final int COLUMNS = 128;
  private static final int LONG = 1024;

  private FusedLinearMutants() {}

  static List<Mutant> all() {
    return List.of(
        linear(
            "linear-bias-cut",
            "Columns beyond the first 128 have no bias.",
            Activation.IDENTITY,
            (host, good) ->
                new DecoratedFusedOperations.Linear(good) {
                  @Override
                  public void forward(
                      Tensor in, Tensor weight, Tensor bias, DropoutMask dropout, Tensor out) {
                    super.forward(in, weight, bias, dropout, out);
                    int width = bias.shape().dim(0);
                    if (width > COLUMNS) {
                      Tensor rest = out.slice(1, COLUMNS, width);
                      addRows(host, rest, bias.slice(0, COLUMNS, width), -1);
                    }
                  }
                },
            "FUSED-LINEAR-IDENTITY-006",
            "FUSED-LINEAR-IDENTITY-007"),
        linear(
            "linear-bias-of-every-part",
            "Where a long inner axis is divided, each half adds the bias.",
            Activation.IDENTITY,
            (host, good) ->
                new DecoratedFusedOperations.Linear(good) {
                  @Override
                  public void forward(
                      Tensor in, Tensor weight, Tensor bias, DropoutMask dropout, Tensor out) {
                    super.forward(in, weight, bias, dropout, out);
                    if (in.shape().dim(1) > LONG) {
                      addRows(host, out, bias, 1);
                    }
                  }
                },
            "FUSED-LINEAR-IDENTITY-010",
            "FUSED-LINEAR-IDENTITY-011"),
        linear(
            "linear-relu-left-out",
            "The layer stops at the sums.",
            Activation.RELU,
            (host, good) ->
                new DecoratedFusedOperations.Linear(good) {
                  @Override
                  public void forward(
                      Tensor in, Tensor weight, Tensor bias, DropoutMask dropout, Tensor out) {
                    float[] x = host.floats(in);
                    float[] w = host.floats(weight);
                    float[] sums = new float[Math.toIntExact(out.shape().size())];
                    float[] shift = host.floats(bias);
                    int inner = in.shape().dim(1);
                    for (int i = 0; i < sums.length; i++) {
                      double sum = shift[i % shift.length];
                      for (int k = 0; k < inner; k++) {
                        sum +=
                            (double) x[i / shift.length * inner + k]
                                * w[i % shift.length * inner + k];
                      }
                      sums[i] = (float) sum;
                    }
                    host.put(out, sums);
                  }
                },
            "FUSED-LINEAR-RELU-003",
            "FUSED-LINEAR-RELU-005",
            "FUSED-BIAS-RELU-003"),
        linear(
            "linear-relu-slope-at-zero",
            "The gradient passes where the result is 0.",
            Activation.RELU,
            (host, good) ->
                new DecoratedFusedOperations.Linear(good) {
                  @Override
                  public void backward(
                      Tensor out,
                      DropoutMask dropout,
                      Tensor outGradient,
                      Tensor productGradient,
                      Tensor biasGradient) {
                    super.backward(out, dropout, outGradient, productGradient, biasGradient);
                    host.put(productGradient, host.floats(outGradient));
                  }
                },
            "FUSED-LINEAR-RELU-003",
            "FUSED-LINEAR-RELU-014",
            "FUSED-BIAS-RELU-008"),
        linear(
            "linear-bias-gradient-of-one-row",
            "The gradient of the bias is that of the last row, not the sum over rows.",
            Activation.IDENTITY,
            (host, good) ->
                new DecoratedFusedOperations.Linear(good) {
                  @Override
                  public void backward(
                      Tensor out,
                      DropoutMask dropout,
                      Tensor outGradient,
                      Tensor productGradient,
                      Tensor biasGradient) {
                    super.backward(out, dropout, outGradient, productGradient, biasGradient);
                    int rows = out.shape().dim(0);
                    if (rows > 0) {
                      host.put(biasGradient, host.floats(outGradient.slice(0, rows - 1, rows)));
                    }
                  }
                },
            "FUSED-LINEAR-IDENTITY-002",
            "FUSED-LINEAR-IDENTITY-015"),
        linear(
            "linear-dropout-forgotten",
            "The gradient passes dropped elements.",
            Activation.IDENTITY,
            (host, good) ->
                new DecoratedFusedOperations.Linear(good) {
                  @Override
                  public void backward(
                      Tensor out,
                      DropoutMask dropout,
                      Tensor outGradient,
                      Tensor productGradient,
                      Tensor biasGradient) {
                    super.backward(out, dropout, outGradient, productGradient, biasGradient);
                    if (dropout.drops()) {
                      host.put(productGradient, host.floats(outGradient));
                    }
                  }
                },
            "FUSED-LINEAR-IDENTITY-021",
            "FUSED-LINEAR-IDENTITY-022"),
        linear(
            "linear-dropout-by-column",
            "The mask of the first row serves all rows.",
            Activation.RELU,
            (host, good) ->
                new DecoratedFusedOperations.Linear(good) {
                  @Override
                  public void forward(
                      Tensor in, Tensor weight, Tensor bias, DropoutMask dropout, Tensor out) {
                    super.forward(in, weight, bias, DropoutMask.NONE, out);
                    float[] values = host.floats(out);
                    int width = bias.shape().dim(0);
                    for (int i = 0; i < values.length; i++) {
                      boolean kept =
                          DropoutHash.uniform(dropout.seed(), i % width) >= dropout.rate();
                      values[i] = kept ? (float) (values[i] / (1 - dropout.rate())) : 0;
                    }
                    host.put(out, values);
                  }
                },
            "FUSED-LINEAR-RELU-021",
            "FUSED-LINEAR-RELU-022"));
  }

  /** Adds a multiple of one row to every row. */
  private static void addRows(HostMemory host, Tensor rows, Tensor row, int times) {
    float[] sums = host.floats(rows);
    float[] more = host.floats(row);
    for (int i = 0; i < sums.length; i++) {
      sums[i] += times * more[i % more.length];
    }
    host.put(rows, sums);
  }

  private static Mutant linear(
      String name,
      String bug,
      Activation activation,
      BiFunction<HostMemory, LinearKernel, LinearKernel> broken,
      String... killers) {
    return Mutant.fused(
        name,
        bug,
        (host, fused) ->
            new DecoratedFusedKernels(fused) {
              @Override
              public Support<LinearKernel> linear(Activation asked) {
                Support<LinearKernel> support = super.linear(asked);
                return asked == activation
                    ? replaced(support, good -> broken.apply(host, good))
                    : support;
              }
            },
        killers);
  }
}
