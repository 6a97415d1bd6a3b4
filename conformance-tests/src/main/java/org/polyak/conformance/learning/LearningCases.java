package org.polyak.conformance.learning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Discrepancy;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.Optimiser;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.ConnectionConfig.Reference;
import org.polyak.nn.layers.TransformerConfig;
import org.polyak.nn.models.ModelConfig;
import org.polyak.nn.optim.GradientClipping;
import org.polyak.nn.optim.OptimizerRules;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.OptimizerRule;

/** Whole trainings of tiny models, end to end through {@code nn}. */
public final class LearningCases {
  private static final int STEPS = 50;
  private static final int VOCABULARY = 12;
  private static final int LENGTH = 8;
  private static final int BATCH = 2;
  private static final int BATCHES = 4;

  /** Runs in stochastic arithmetic. */
  private static final int RUNS = 3;

  /** The band, in standard deviations of those runs, which three of them tell only roughly. */
  private static final double BAND = 8;

  private static final AttentionConfig MOMENTUM =
      new AttentionConfig.Momentum(
          0.6f,
          0.75,
          AttentionConfig.Weighting.EQ13,
          AttentionConfig.Anchor.PADDED,
          AttentionConfig.EPSILON);

  /** An optimiser, here and in the oracle. */
  private record Training(
      OptimizerRule rule,
      GradientClipping clipping,
      Optimiser oracle,
      double clippedNorm,
      double learningRate) {
    static final Training HEAVY_BALL =
        new Training(
            OptimizerRules.sgd(0.9f, 0),
            new GradientClipping.None(),
            new Optimiser.GradientDescent(0.9f, 0, false, 0),
            Double.POSITIVE_INFINITY,
            0.05);

    static final Training OF_THE_PAPER =
        new Training(
            OptimizerRules.radamOfThePaper(0.01),
            new GradientClipping.PerParameter(1),
            new Optimiser.RectifiedAdam(0.9, 0.999, 1e-8, 0.01, true, true),
            1,
            0.01);
  }

  private LearningCases() {}

  /** The families. */
  public static List<Family> families() {
    Family curves =
        new Family(
            "LEARN-CURVE",
            Chapter.LEARNING,
            new Definition(
                "the loss before each of 50 steps is the oracle's, within a band of 8 standard"
                    + " deviations of the oracle in stochastic arithmetic",
                "docs/adr/0010-error-bounds.md"));
    ConnectionConfig plain = new ConnectionConfig.Plain();
    ConnectionConfig velocity = new ConnectionConfig.Velocity(0.6f, 0.75);
    ConnectionConfig adaptive =
        new ConnectionConfig.AdaptiveVelocity(
            0.75, Reference.VELOCITY, AdaptiveCoefficient.RELEASED);
    curve(curves, "softmax attention", new AttentionConfig.Softmax(), plain, Training.HEAVY_BALL);
    curve(
        curves,
        "linear attention",
        new AttentionConfig.Linear(AttentionConfig.EPSILON),
        plain,
        Training.HEAVY_BALL);
    curve(curves, "momentum attention", MOMENTUM, plain, Training.HEAVY_BALL);
    curve(curves, "momentum connection", MOMENTUM, velocity, Training.HEAVY_BALL);
    curve(curves, "adaptive momentum", MOMENTUM, adaptive, Training.HEAVY_BALL);
    curve(
        curves,
        "momentum attention, the paper's optimiser",
        MOMENTUM,
        plain,
        Training.OF_THE_PAPER);
    Family recall =
        new Family(
            "LEARN-RECALL",
            Chapter.LEARNING,
            new Definition(
                "after pairs of keys and values, and a key, the model names its value",
                "associative recall"));
    recall.add("momentum attention learns associative recall", Recall::solved);
    return List.of(curves, recall);
  }

  private static void curve(
      Family family,
      String title,
      AttentionConfig attention,
      ConnectionConfig connection,
      Training training) {
    ModelConfig config = config(VOCABULARY, LENGTH, 2, attention, connection);
    family.add(title, (c, s) -> follow(c, s, config, training));
  }

  static ModelConfig config(
      int vocabulary,
      int length,
      int layers,
      AttentionConfig attention,
      ConnectionConfig connection) {
    int width = 16;
    return new ModelConfig(
        vocabulary,
        vocabulary,
        ModelConfig.Positions.ADDED,
        new TransformerConfig(
            layers,
            width,
            2,
            width / 2,
            width / 2,
            2 * width,
            Activation.GELU,
            0,
            TransformerConfig.NormPlacement.POST,
            true,
            true,
            length,
            attention,
            connection));
  }

  private static void follow(CaseContext c, Samples s, ModelConfig config, Training training) {
    List<Batch> batches = new ArrayList<>();
    for (int i = 0; i < BATCHES; i++) {
      batches.add(counting(s));
    }
    DeviceModel device = new DeviceModel(c, config, training.rule(), training.clipping(), 11);
    Map<String, Array> start = device.parameters();
    OracleTraining oracle =
        new OracleTraining(
            new OracleModel(config),
            training.oracle(),
            training.clippedNorm(),
            training.learningRate());
    double[] wanted = oracle.losses(start, batches, STEPS);
    List<double[]> runs = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      runs.add(oracle.losses(start, batches, STEPS, c.precision(), s));
    }
    double deviation = 0;
    for (int t = 0; t < STEPS; t++) {
      double squares = 0;
      for (double[] run : runs) {
        squares += Math.pow(run[t] - wanted[t], 2) / RUNS;
      }
      // Errors of parameters stay, so the band never narrows.
      deviation = Math.max(deviation, Math.sqrt(squares));
      double got = device.step(batches.get(t % batches.size()), training.learningRate());
      // The mean's sum, and a logarithm of a sum of exponentials, round whatever the parameters.
      double ofTheMean = c.errors().bound(wanted[t], BATCH * LENGTH + VOCABULARY + 20.0, 0);
      c.compare(
          new Discrepancy(
              "loss at step " + t, List.of(), got, wanted[t], BAND * deviation + ofTheMean));
    }
    double first = Arrays.stream(wanted, 0, BATCHES).sum();
    double last = Arrays.stream(wanted, STEPS - BATCHES, STEPS).sum();
    c.check(last < 0.75 * first, "the loss only went from %s to %s".formatted(first, last));
  }

  /** Sequences that count in steps of their own, modulo the vocabulary; the next token is due. */
  private static Batch counting(Samples s) {
    int[] tokens = new int[BATCH * LENGTH];
    int[] targets = new int[BATCH * LENGTH];
    int[] starts = s.integers(BATCH, 0, VOCABULARY);
    int[] strides = s.integers(BATCH, 1, 4);
    for (int i = 0; i < tokens.length; i++) {
      int row = i / LENGTH;
      tokens[i] = (starts[row] + i % LENGTH * strides[row]) % VOCABULARY;
      targets[i] = (tokens[i] + strides[row]) % VOCABULARY;
    }
    return new Batch(BATCH, tokens, targets);
  }

  /**
   * Associative recall. A pair is one token, so that the model must find by content, not by place.
   */
  static final class Recall {
    private static final int KEYS = 4;
    private static final int VALUES = 4;
    private static final int STEPS = 200;
    private static final int BATCH = 16;

    private Recall() {}

    static void solved(CaseContext c, Samples s) {
      ModelConfig config =
          config(KEYS * VALUES + KEYS, KEYS + 1, 1, MOMENTUM, new ConnectionConfig.Plain());
      DeviceModel model =
          new DeviceModel(c, config, OptimizerRules.adam(0), new GradientClipping.None(), 5);
      Batch unseen = draw(s, 128);
      double before = model.accuracy(unseen);
      double first = model.step(draw(s, BATCH), 0.01);
      double last = first;
      for (int t = 1; t < STEPS; t++) {
        last = model.step(draw(s, BATCH), 0.01);
      }
      double accuracy = model.accuracy(unseen);
      c.check(before < 0.5, "accuracy before training is already " + before);
      c.check(accuracy >= 0.9, "accuracy after %d steps is %s".formatted(STEPS, accuracy));
      c.check(last < first / 2, "the loss went from %s to %s".formatted(first, last));
    }

    /** Every key once with a random value, in random order; then a key, whose value is due. */
    static Batch draw(Samples s, int size) {
      int length = KEYS + 1;
      int[] tokens = new int[size * length];
      int[] targets = new int[size * length];
      for (int row = 0; row < size; row++) {
        int[] values = s.integers(KEYS, 0, VALUES);
        int[] order = order(s);
        for (int i = 0; i < KEYS; i++) {
          tokens[row * length + i] = order[i] * VALUES + values[order[i]];
          targets[row * length + i] = -1;
        }
        int asked = s.integers(1, 0, KEYS)[0];
        tokens[row * length + KEYS] = KEYS * VALUES + asked;
        targets[row * length + KEYS] = values[asked];
      }
      return new Batch(size, tokens, targets);
    }

    private static int[] order(Samples s) {
      int[] order = new int[KEYS];
      for (int i = 0; i < KEYS; i++) {
        int j = s.integers(1, 0, i + 1)[0];
        order[i] = order[j];
        order[j] = i;
      }
      return order;
    }
  }
}
