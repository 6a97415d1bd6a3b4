package org.polyak.conformance.oracle;

/**
 * Softmax cross-entropy of rows, in nats: loss_r = logsumexp(x_r) − (1 − λ) x_{r,t} − λ mean_c
 * x_{r,c}, with label smoothing λ. A row with a negative target is ignored: loss and gradient 0.
 */
public final class CrossEntropy {
  private CrossEntropy() {}

  /**
   * Losses by row.
   *
   * @param logits {@code [R, C]}
   * @param targets R classes; negative means ignore
   */
  public static Array forward(Array logits, int[] targets, double labelSmoothing) {
    int classes = logits.extent(1);
    Array losses = Array.zeros(targets.length);
    for (int r = 0; r < targets.length; r++) {
      if (targets[r] >= 0) {
        double[] x = row(logits, r);
        double mean = 0;
        for (double logit : x) {
          mean += logit / classes;
        }
        losses.data()[r] =
            SpecialFunctions.logSumExp(x)
                - (1 - labelSmoothing) * x[targets[r]]
                - labelSmoothing * mean;
      }
    }
    return losses;
  }

  /**
   * The magnitude of {@link #forward}: |logsumexp| + 1 and the other terms by absolute value, plus
   * the largest |logit|, which is taken off inside the exponentials.
   */
  public static Array forwardMagnitude(Array logits, int[] targets, double labelSmoothing) {
    int classes = logits.extent(1);
    Array magnitude = Array.zeros(targets.length);
    for (int r = 0; r < targets.length; r++) {
      if (targets[r] >= 0) {
        double[] x = row(logits, r);
        double mean = 0;
        double largest = 0;
        for (double logit : x) {
          mean += Math.abs(logit) / classes;
          largest = Math.max(largest, Math.abs(logit));
        }
        magnitude.data()[r] =
            Math.abs(SpecialFunctions.logSumExp(x))
                + 1
                + largest
                + (1 - labelSmoothing) * Math.abs(x[targets[r]])
                + labelSmoothing * mean;
      }
    }
    return magnitude;
  }

  /**
   * Gradients for the logits of {@code Σ lossGradients · losses}: softmax(x_r) − (1 − λ) onehot(t)
   * − λ/C, times the row's.
   */
  public static Array backward(
      Array logits, int[] targets, double labelSmoothing, Array lossGradients) {
    int classes = logits.extent(1);
    Array gradients = Array.zerosLike(logits);
    for (int r = 0; r < targets.length; r++) {
      if (targets[r] >= 0) {
        double[] x = row(logits, r);
        double logSumExp = SpecialFunctions.logSumExp(x);
        for (int c = 0; c < classes; c++) {
          double wanted = (c == targets[r] ? 1 - labelSmoothing : 0) + labelSmoothing / classes;
          gradients.set(lossGradients.data()[r] * (Math.exp(x[c] - logSumExp) - wanted), r, c);
        }
      }
    }
    return gradients;
  }

  /** The mean over the rows that count. */
  public static double mean(Array losses, int[] targets) {
    return losses.sum() / counted(targets);
  }

  /** The number of rows that are not ignored. */
  public static int counted(int[] targets) {
    int count = 0;
    for (int target : targets) {
      count += target >= 0 ? 1 : 0;
    }
    return count;
  }

  private static double[] row(Array logits, int r) {
    double[] x = new double[logits.extent(1)];
    System.arraycopy(logits.data(), logits.offset(r, 0), x, 0, x.length);
    return x;
  }
}
