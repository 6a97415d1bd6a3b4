package org.polyak.conformance.mutants;

import java.util.List;
import java.util.function.BiFunction;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.SoftmaxKernel;
import org.polyak.spi.fused.Support;

/** Softmax of rows that computes the wrong numbers. */
final class RowSoftmaxMutants {
  private RowSoftmaxMutants() {}

  static List<Mutant> all() {
    return List.of(
        softmax(
            "row-softmax-overflows",
            "Exponentials are taken in binary32 without taking the row's largest element off first.",
            (host, good) ->
                new DecoratedFusedOperations.Softmax(good) {
                  @Override
                  public void forward(Tensor in, Tensor out) {
                    float[] x = host.floats(in);
                    int width = in.shape().dim(1);
                    for (int row = 0; row < x.length; row += width) {
                      float sum = 0;
                      for (int i = row; i < row + width; i++) {
                        x[i] = (float) Math.exp(x[i]);
                        sum += x[i];
                      }
                      for (int i = row; i < row + width; i++) {
                        x[i] /= sum;
                      }
                    }
                    host.put(out, x);
                  }
                },
            "FUSED-SOFTMAX-016",
            "FUSED-SOFTMAX-017",
            "FUSED-SOFTMAX-018"),
        softmax(
            "row-softmax-largest-from-zero",
            "The search for the largest element begins at 0: a row far below 0 becomes 0/0.",
            (host, good) ->
                new DecoratedFusedOperations.Softmax(good) {
                  @Override
                  public void forward(Tensor in, Tensor out) {
                    super.forward(in, out);
                    float[] x = host.floats(in);
                    float[] y = host.floats(out);
                    int width = in.shape().dim(1);
                    for (int row = 0; row < x.length; row += width) {
                      float largest = 0;
                      for (int i = row; i < row + width; i++) {
                        largest = Math.max(largest, x[i]);
                      }
                      float sum = 0;
                      for (int i = row; i < row + width; i++) {
                        sum += (float) Math.exp((double) x[i] - largest);
                      }
                      for (int i = row; i < row + width; i++) {
                        y[i] = sum == 0 ? Float.NaN : y[i];
                      }
                    }
                    host.put(out, y);
                  }
                },
            // Only one case has no element near 0 or above.
            "FUSED-SOFTMAX-018"),
        softmax(
            "row-softmax-gradient-without-denominator",
            "The gradient is y dy: it misses the term of the denominator.",
            (host, good) ->
                new DecoratedFusedOperations.Softmax(good) {
                  @Override
                  public void backward(Tensor out, Tensor outGradient, Tensor inGradient) {
                    float[] y = host.floats(out);
                    float[] dy = host.floats(outGradient);
                    for (int i = 0; i < y.length; i++) {
                      dy[i] *= y[i];
                    }
                    host.put(inGradient, dy);
                  }
                },
            "FUSED-SOFTMAX-001",
            "FUSED-SOFTMAX-020",
            "GRAD-024"),
        softmax(
            "row-softmax-gradient-of-a-plain-mean",
            "The gradient takes the mean of dy off, not that weighted by y.",
            (host, good) ->
                new DecoratedFusedOperations.Softmax(good) {
                  @Override
                  public void backward(Tensor out, Tensor outGradient, Tensor inGradient) {
                    float[] y = host.floats(out);
                    float[] dy = host.floats(outGradient);
                    float[] dx = new float[y.length];
                    int width = out.shape().dim(1);
                    for (int row = 0; row < y.length; row += width) {
                      float sum = 0;
                      for (int i = row; i < row + width; i++) {
                        sum += dy[i];
                      }
                      for (int i = row; i < row + width; i++) {
                        dx[i] = y[i] * (dy[i] - sum / width);
                      }
                    }
                    host.put(inGradient, dx);
                  }
                },
            "FUSED-SOFTMAX-002",
            "FUSED-SOFTMAX-013",
            "GRAD-024"));
  }

  private static Mutant softmax(
      String name,
      String bug,
      BiFunction<HostMemory, SoftmaxKernel, SoftmaxKernel> broken,
      String... killers) {
    return Mutant.fused(
        name,
        bug,
        (host, fused) ->
            new DecoratedFusedKernels(fused) {
              @Override
              public Support<SoftmaxKernel> softmax() {
                return replaced(super.softmax(), good -> broken.apply(host, good));
              }
            },
        killers);
  }
}
