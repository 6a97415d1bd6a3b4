package org.polyak.conformance.fused;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Differentiated;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.LogisticMixture;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.LogisticMixtureKernel;

/** The loss of the image experiments, forward and backward. */
public final class LogisticMixtureCases {
  /** Ranges of means and of log-scales. */
  private record Trial(int rows, int mixtures, double mean, double leastScale, double mostScale) {}

  private LogisticMixtureCases() {}

  /** The families. */
  public static List<Family> families() {
    Family family =
        new Family(
            "FUSED-DMOL",
            Chapter.FUSED,
            new Definition(
                "loss = −ln Σ_k softmax(π)_k p_k, p_k the logistic probability of the byte's bin",
                "LogisticMixtureKernel"));
    for (int mixtures : new int[] {1, 2, 3, 10, 16, 33}) {
      trial(family, mixtures + " components", new Trial(13, mixtures, 0.5, -3, 0));
    }
    trial(family, "every byte", new Trial(256, 10, 0.5, -3, 0));
    trial(family, "wide components", new Trial(64, 10, 1, 0, 6));
    trial(family, "sharp components near the byte", new Trial(64, 5, 0.01, -6, -4));
    trial(family, "means far away", new Trial(64, 10, 4, -4, -1));
    trial(family, "log-scales below the clamp", new Trial(64, 3, 0.02, -12, -6.5));
    trial(family, "70,001 rows", new Trial(70_001, 1, 0.5, -3, 0));
    return List.of(family);
  }

  private static void trial(Family family, String title, Trial trial) {
    family.add(title, (c, s) -> run(c, s, trial));
  }

  private static void run(CaseContext c, Samples s, Trial trial) {
    int rows = trial.rows();
    int mixtures = trial.mixtures();
    Array parameters = Array.zeros(rows, 3 * mixtures);
    double[] targets = new double[rows];
    for (int r = 0; r < rows; r++) {
      int pixel = r % 5 == 0 ? 0 : r % 5 == 1 ? 255 : rows == 256 ? r : s.integers(1, 0, 256)[0];
      targets[r] = (float) LogisticMixture.centred(pixel);
      drawRow(s, trial, parameters, r, targets[r]);
    }
    Array cotangent = Samples.array(s.normal(rows, 1), rows);
    LogisticMixtureAnalysis analysis = new LogisticMixtureAnalysis(parameters, targets, cotangent);
    Expected losses =
        Expected.analysed(LogisticMixture.forward(parameters, targets), analysis.lossErrors());
    Expected gradient =
        Expected.analysed(
            LogisticMixture.backward(parameters, targets, cotangent), analysis.gradientErrors());
    float[] y = Samples.floats(Array.of(targets, rows));
    Differentiated found =
        Differentiated.of(
            c,
            List.of(parameters),
            List.of(cotangent),
            (ops, in) -> List.of(ops.logisticMixture(in.getFirst(), ops.constant(y, rows))));
    c.expect("losses", found.result(), losses);
    c.expect("gradient of parameters", found.gradients().getFirst(), gradient);
    @Nullable LogisticMixtureKernel kernel = c.kernel(c.backend().fused().logisticMixture());
    if (kernel != null) {
      int[] shape = parameters.shape();
      Tensor in =
          c.memory().input("parameters", Samples.floats(parameters), Placement.OFFSET, shape);
      Tensor bytes = c.memory().input("targets", y, Placement.OFFSET, rows);
      Tensor out = c.memory().output("losses", Placement.OFFSET, rows);
      kernel.forward(in, bytes, out);
      c.expect("fused losses", c.memory().floats(out), losses);
      Tensor forLosses =
          c.memory().input("loss gradients", Samples.floats(cotangent), Placement.OFFSET, rows);
      Tensor forParameters = c.memory().output("gradient", Placement.OFFSET, shape);
      kernel.backward(in, bytes, forLosses, forParameters);
      c.expect("fused gradient of parameters", c.memory().floats(forParameters), gradient);
    }
  }

  /** Draws until no component lies where rounding decides between two formulas. */
  private static void drawRow(Samples s, Trial trial, Array parameters, int row, double target) {
    int mixtures = trial.mixtures();
    Array drawn;
    do {
      drawn = Array.zeros(1, 3 * mixtures);
      for (int k = 0; k < mixtures; k++) {
        drawn.set(s.normal(1, 1)[0], 0, k);
        drawn.set((float) (target + s.uniform(1, -trial.mean(), trial.mean())[0]), 0, mixtures + k);
        drawn.set(s.uniform(1, trial.leastScale(), trial.mostScale())[0], 0, 2 * mixtures + k);
      }
    } while (new LogisticMixtureAnalysis(drawn, new double[] {target}, Array.filled(1, 1))
        .nearThreshold());
    System.arraycopy(drawn.data(), 0, parameters.data(), row * 3 * mixtures, 3 * mixtures);
  }
}
