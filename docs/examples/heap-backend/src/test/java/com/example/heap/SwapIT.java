package com.example.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint means the same on every backend. */
class SwapIT {
  /**
   * The roundings on the way of a term into a logit, rounded up. In each of two blocks: sums over
   * 16 channels in three products, over 64 in one, and twice in each of two norms; decay, step and
   * addition for 12 tokens; some 20 element-wise operations. Then a norm and a product.
   */
  private static final double ROUNDINGS = 512;

  private static final double UNIT_ROUND_OFF = 0x1p-24;

  /**
   * A logit adds 16 products of a normalised channel with a weight that is trained to at most 2.
   */
  private static final double MAGNITUDE = 2 * 16;

  /**
   * The root mean square of a loss's error, r independent roundings of a term, on two backends. The
   * mean of all losses differs by no more.
   */
  private static final double LOSS_BOUND = 2 * Math.sqrt(ROUNDINGS) * UNIT_ROUND_OFF * MAGNITUDE;

  /**
   * A prediction changes only where the two best logits lie closer than their errors, were all
   * roundings to point the same way: so many in a unit of logits, when gaps are spread evenly.
   */
  private static final double TIES = 2 * ROUNDINGS * UNIT_ROUND_OFF * MAGNITUDE;

  /** What {@code polyak evaluate} rounds away. */
  private static final double LAST_DIGIT = 1e-6;

  @TempDir private Path folder;

  @Test
  void aModelTrainedOnTheVectorUnitsIsAsGoodOnTheHeap() throws Exception {
    String run = folder.resolve("run").toString();
    Polyak.run(
        "train",
        "copy",
        "--backend",
        "cpu-simd",
        "--steps",
        "300",
        "--out",
        run,
        "--set",
        "task.max-length=12",
        "--set",
        "task.symbols=5",
        "--set",
        "model.layers=2",
        "--set",
        "model.heads=2",
        "--set",
        "model.head-dim=8",
        "--set",
        "model.feed-forward=64",
        "--set",
        "optimizer.learning-rate=1e-2");

    String vectors = Polyak.run("evaluate", run, "--backend", "cpu-simd");
    String heap = Polyak.run("evaluate", run, "--backend", "heap");
    System.out.printf("The same checkpoint:%n%s%s", vectors, heap);

    double accuracy = number("accuracy", vectors);
    assertTrue(accuracy > 0.5 && accuracy < 1, "neither guessing nor perfect: " + vectors);
    assertEquals(accuracy, number("accuracy", heap), TIES + LAST_DIGIT);
    assertEquals(number("loss", vectors), number("loss", heap), LOSS_BOUND + LAST_DIGIT);
  }

  private static double number(String name, String text) {
    Matcher line = Pattern.compile("(?m)^" + name + " +(\\S+)$").matcher(text);
    assertTrue(line.find(), text);
    return Double.parseDouble(line.group(1));
  }
}
