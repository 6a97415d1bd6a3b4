package org.polyak.conformance.fused;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Differentiated;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Family;
import org.polyak.conformance.Rounded;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.CrossEntropy;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.CrossEntropyKernel;

/** Softmax cross-entropy, forward and backward. */
public final class CrossEntropyCases {
  private static final int[] CLASSES = {1, 2, 3, 11, 16, 31, 33, 65, 130, 1000};

  private CrossEntropyCases() {}

  /** The families. */
  public static List<Family> families() {
    Family family =
        new Family(
            "FUSED-CE",
            Chapter.FUSED,
            new Definition(
                "loss = logsumexp(x) − (1 − λ) x_t − λ mean(x); 0 for a negative target",
                "CrossEntropyKernel"));
    for (double smoothing : new double[] {0, 0.1}) {
      for (int classes : CLASSES) {
        family.add(
            "%d classes, smoothing %s".formatted(classes, smoothing),
            (c, s) -> run(c, s, 7, classes, 2, smoothing));
      }
      family.add("many rows, smoothing " + smoothing, (c, s) -> run(c, s, 515, 11, 2, smoothing));
      family.add(
          "large logits, smoothing " + smoothing, (c, s) -> run(c, s, 9, 37, 1e4, smoothing));
      family.add(
          "logits beyond the range of the exponential, smoothing " + smoothing,
          (c, s) -> run(c, s, 9, 12, 1e30, smoothing));
      family.add(
          "all rows ignored, smoothing " + smoothing,
          (c, s) ->
              run(c, Samples.array(s.normal(15, 1), 3, 5), new int[] {-1, -1, -100}, smoothing, s));
    }
    family.add(
        "equal logits", (c, s) -> run(c, Array.filled(3, 4, 33), new int[] {0, 32, -1, 5}, 0.1, s));
    family.add("70,001 rows", (c, s) -> run(c, s, 70_001, 3, 2, 0.1));
    return List.of(family);
  }

  private static void run(
      CaseContext c, Samples s, int rows, int classes, double scale, double smoothing) {
    Array logits = Samples.array(s.normal(rows * classes, scale), rows, classes);
    int[] targets = s.integers(rows, 0, classes);
    targets[rows / 2] = -100;
    run(c, logits, targets, smoothing, s);
  }

  private static void run(CaseContext c, Array logits, int[] targets, double smoothing, Samples s) {
    int rows = logits.extent(0);
    Array cotangent = Samples.array(s.normal(rows, 1), rows);
    Array lossErrors = Array.zeros(rows);
    Array gradientErrors = Array.zerosLike(logits);
    analyse(logits, targets, smoothing, cotangent, lossErrors, gradientErrors);
    Expected losses =
        Expected.analysed(CrossEntropy.forward(logits, targets, smoothing), lossErrors);
    Expected gradient =
        Expected.analysed(
            CrossEntropy.backward(logits, targets, smoothing, cotangent), gradientErrors);
    Differentiated found =
        Differentiated.of(
            c,
            List.of(logits),
            List.of(cotangent),
            (ops, in) ->
                List.of(ops.crossEntropy(in.getFirst(), ops.indices(targets, rows), smoothing)));
    c.expect("losses", found.result(), losses);
    c.expect("gradient of logits", found.gradients().getFirst(), gradient);
    @Nullable CrossEntropyKernel kernel = c.kernel(c.backend().fused().softmaxCrossEntropy());
    if (kernel != null) {
      Tensor in =
          c.memory().input("logits", Samples.floats(logits), Placement.OFFSET, logits.shape());
      Tensor ids = c.memory().integers("targets", targets, Placement.OFFSET, rows);
      Tensor out = c.memory().output("losses", Placement.OFFSET, rows);
      kernel.forward(in, ids, smoothing, out);
      c.expect("fused losses", c.memory().floats(out), losses);
      Tensor forLosses =
          c.memory().input("loss gradients", Samples.floats(cotangent), Placement.OFFSET, rows);
      Tensor forLogits = c.memory().output("gradient of logits", Placement.OFFSET, logits.shape());
      kernel.backward(in, ids, smoothing, forLosses, forLogits);
      c.expect("fused gradient of logits", c.memory().floats(forLogits), gradient);
    }
  }

  /**
   * With ln p = x − logsumexp(x), loss = −(1 − λ) ln p_t − λ mean(ln p), p − wanted the gradient.
   */
  private static void analyse(
      Array logits,
      int[] targets,
      double smoothing,
      Array cotangent,
      Array losses,
      Array gradients) {
    int classes = logits.extent(1);
    for (int r = 0; r < targets.length; r++) {
      if (targets[r] < 0) {
        continue;
      }
      List<Rounded> x = new ArrayList<>();
      for (int k = 0; k < classes; k++) {
        x.add(Rounded.exact(logits.get(r, k)));
      }
      Rounded total = Rounded.logSumExp(x);
      List<Rounded> logs = x.stream().map(v -> v.minus(total)).toList();
      Rounded share = Rounded.constant(1.0 / classes);
      Rounded smooth = Rounded.constant(smoothing);
      Rounded sharp = Rounded.constant(1 - smoothing);
      Rounded loss =
          logs.get(targets[r]).times(sharp).plus(Rounded.sum(logs).times(share).times(smooth));
      losses.set(loss.error(), r);
      for (int k = 0; k < classes; k++) {
        Rounded wanted = smooth.times(share);
        if (k == targets[r]) {
          wanted = wanted.plus(sharp);
        }
        Rounded difference = logs.get(k).exponential().minus(wanted);
        gradients.set(difference.times(Rounded.exact(cotangent.get(r))).error(), r, k);
      }
    }
  }
}
