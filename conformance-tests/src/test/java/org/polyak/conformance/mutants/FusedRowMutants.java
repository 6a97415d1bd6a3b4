package org.polyak.conformance.mutants;

import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.BiasActivationKernel;
import org.polyak.spi.fused.LayerNormKernel;
import org.polyak.spi.fused.Support;

/** Fused operations on rows that compute the wrong numbers: normalisation and activations. */
final class FusedRowMutants {
  private FusedRowMutants() {}

  static List<Mutant> all() {
    return List.of(
        layerNorm(
            "variance-unbiased",
            "The variance is divided by n − 1.",
            (host, good) ->
                new HostLayerNorm(host, good) {
                  @Override
                  double deviation(float[] x, int from, int n, double epsilon) {
                    double unbiased = variance(x, from, n) * n / Math.max(1, n - 1);
                    return Math.sqrt(unbiased + epsilon);
                  }
                },
            "FUSED-LN-012",
            "FUSED-LN-007",
            "FUSED-LN-008"),
        layerNorm(
            "epsilon-outside-the-root",
            "ε is added to the standard deviation, not to the variance.",
            (host, good) ->
                new HostLayerNorm(host, good) {
                  @Override
                  double deviation(float[] x, int from, int n, double epsilon) {
                    return Math.sqrt(variance(x, from, n)) + epsilon;
                  }
                },
            "FUSED-LN-013",
            "FUSED-LN-004",
            "FUSED-LN-006"),
        layerNorm(
            "variance-in-one-pass",
            "The variance is the mean square less the squared mean, in binary32, which cancels.",
            (host, good) ->
                new HostLayerNorm(host, good) {
                  @Override
                  double deviation(float[] x, int from, int n, double epsilon) {
                    float sum = 0;
                    float squares = 0;
                    for (int i = from; i < from + n; i++) {
                      sum += x[i];
                      squares += x[i] * x[i];
                    }
                    float mean = sum / n;
                    return Math.sqrt(Math.max(0, squares / n - mean * mean) + epsilon);
                  }
                },
            "FUSED-LN-015",
            "FUSED-LN-014",
            "FUSED-LN-010"),
        layerNorm(
            "bias-gradient-of-one-row",
            "The gradient of the bias is that of the last row, not the sum over rows.",
            (host, good) ->
                new DecoratedFusedOperations.LayerNorm(good) {
                  @Override
                  public void backward(
                      Tensor in,
                      Tensor gain,
                      Tensor saved,
                      Tensor outGradient,
                      Tensor inGradient,
                      Tensor gainGradient,
                      @Nullable Tensor biasGradient) {
                    super.backward(
                        in, gain, saved, outGradient, inGradient, gainGradient, biasGradient);
                    if (biasGradient != null) {
                      int rows = in.shape().dim(0);
                      host.put(biasGradient, host.floats(outGradient.slice(0, rows - 1, rows)));
                    }
                  }
                },
            "GRAD-014",
            "FUSED-LN-020"),
        layerNorm(
            "many-rows-cut",
            "Rows beyond the first 65,535 are not normalised.",
            (host, good) ->
                new DecoratedFusedOperations.LayerNorm(good) {
                  @Override
                  public void forward(
                      Tensor in,
                      Tensor gain,
                      @Nullable Tensor bias,
                      double epsilon,
                      Tensor out,
                      @Nullable Tensor saved) {
                    int rows = Math.min(in.shape().dim(0), 65_535);
                    super.forward(
                        in.slice(0, 0, rows),
                        gain,
                        bias,
                        epsilon,
                        out.slice(0, 0, rows),
                        saved == null ? null : saved.slice(0, 0, rows));
                  }
                },
            // Only one case has that many rows.
            "FUSED-LN-021"),
        activation(
            "gelu-by-tanh",
            "GELU is the approximation by tanh, not x Φ(x).",
            Activation.GELU,
            (host, good) ->
                new DecoratedFusedOperations.BiasActivation(good) {
                  @Override
                  public void forward(Tensor in, Tensor bias, Tensor out) {
                    float[] x = host.floats(in);
                    float[] shift = host.floats(bias);
                    for (int i = 0; i < x.length; i++) {
                      double sum = x[i] + shift[i % shift.length];
                      double inner = Math.sqrt(2 / Math.PI) * (sum + 0.044715 * Math.pow(sum, 3));
                      x[i] = (float) (0.5 * sum * (1 + Math.tanh(inner)));
                    }
                    host.put(out, x);
                  }
                },
            "FUSED-BIAS-GELU-001",
            "FUSED-BIAS-GELU-008",
            "FUSED-BIAS-GELU-002"),
        activation(
            "relu-slope-at-zero",
            "RELU's slope at 0 is 1.",
            Activation.RELU,
            (host, good) ->
                new DecoratedFusedOperations.BiasActivation(good) {
                  @Override
                  public void backward(
                      Tensor in,
                      Tensor bias,
                      Tensor outGradient,
                      Tensor inGradient,
                      Tensor biasGradient) {
                    float[] dy = host.floats(outGradient);
                    super.backward(in, bias, outGradient, inGradient, biasGradient);
                    float[] dx = host.floats(inGradient);
                    float[] x = host.floats(in);
                    float[] shift = host.floats(bias);
                    for (int i = 0; i < x.length; i++) {
                      dx[i] = x[i] + shift[i % shift.length] == 0 ? dy[i] : dx[i];
                    }
                    host.put(inGradient, dx);
                  }
                },
            // Random sums are never exactly 0.
            "FUSED-BIAS-RELU-008"),
        activation(
            "activation-gradient-cleared-first",
            "The gradient of x is cleared before the gradient of the result, which may be the"
                + " same, is read.",
            Activation.SILU,
            (host, good) ->
                new DecoratedFusedOperations.BiasActivation(good) {
                  @Override
                  public void backward(
                      Tensor in,
                      Tensor bias,
                      Tensor outGradient,
                      Tensor inGradient,
                      Tensor biasGradient) {
                    host.change(inGradient, x -> 0);
                    super.backward(in, bias, outGradient, inGradient, biasGradient);
                  }
                },
            "FUSED-BIAS-SILU-001",
            "FUSED-BIAS-SILU-002",
            "FUSED-BIAS-SILU-003"));
  }

  /** Layer normalisation in float64, but for the deviation. */
  private abstract static class HostLayerNorm extends DecoratedFusedOperations.LayerNorm {
    private final HostMemory host;

    HostLayerNorm(HostMemory host, LayerNormKernel good) {
      super(good);
      this.host = host;
    }

    abstract double deviation(float[] x, int from, int n, double epsilon);

    static double mean(float[] x, int from, int n) {
      double sum = 0;
      for (int i = from; i < from + n; i++) {
        sum += x[i];
      }
      return sum / n;
    }

    static double variance(float[] x, int from, int n) {
      double mean = mean(x, from, n);
      double sum = 0;
      for (int i = from; i < from + n; i++) {
        sum += (x[i] - mean) * (x[i] - mean);
      }
      return sum / n;
    }

    @Override
    public void forward(
        Tensor in,
        Tensor gain,
        @Nullable Tensor bias,
        double epsilon,
        Tensor out,
        @Nullable Tensor saved) {
      super.forward(in, gain, bias, epsilon, out, saved);
      float[] x = host.floats(in);
      float[] scale = host.floats(gain);
      float[] shift = bias == null ? new float[scale.length] : host.floats(bias);
      int n = scale.length;
      float[] y = new float[x.length];
      for (int i = 0; i < x.length; i++) {
        int from = i / n * n;
        double unit = (x[i] - mean(x, from, n)) / deviation(x, from, n, epsilon);
        y[i] = (float) (scale[i % n] * unit + shift[i % n]);
      }
      host.put(out, y);
    }
  }

  private static Mutant layerNorm(
      String name,
      String bug,
      BiFunction<HostMemory, LayerNormKernel, LayerNormKernel> broken,
      String... killers) {
    return Mutant.fused(
        name,
        bug,
        (host, fused) ->
            new DecoratedFusedKernels(fused) {
              @Override
              public Support<LayerNormKernel> layerNorm() {
                return replaced(super.layerNorm(), good -> broken.apply(host, good));
              }
            },
        killers);
  }

  private static Mutant activation(
      String name,
      String bug,
      Activation activation,
      BiFunction<HostMemory, BiasActivationKernel, BiasActivationKernel> broken,
      String... killers) {
    return Mutant.fused(
        name,
        bug,
        (host, fused) ->
            new DecoratedFusedKernels(fused) {
              @Override
              public Support<BiasActivationKernel> biasActivation(Activation asked) {
                Support<BiasActivationKernel> support = super.biasActivation(asked);
                return asked == activation
                    ? replaced(support, good -> broken.apply(host, good))
                    : support;
              }
            },
        killers);
  }
}
