package org.polyak.conformance.attention;

import java.util.List;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Family;
import org.polyak.conformance.attention.FamilyRun.States;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.UpdateRule;

/** Attention of the linear family, forward and backward. */
public final class FamilyCases {
  private static final Normaliser KEY_SUM = new Normaliser.KeySum(1e-6);
  private static final UpdateRule ADDITIVE = new UpdateRule.Additive();

  /** As float32 holds them, so that an inexact β is no part of the error. */
  private static final float[] BETAS = {0, 0.1f, 0.6f, 0.9f, 0.99f, 1 - 1e-6f};

  private static final List<Schedule> SCHEDULES =
      List.of(
          new Schedule.Automatic(),
          new Schedule.Recurrent(),
          new Schedule.Chunked(1),
          new Schedule.Chunked(7),
          new Schedule.Chunked(16),
          new Schedule.Chunked(64));

  private static final int[][] SIZES = {
    {1, 1, 1, 1}, {1, 3, 5, 3}, {3, 1, 16, 33}, {1, 2, 33, 17}, {1, 1, 64, 64}, {5, 4, 4, 20}
  };

  private FamilyCases() {}

  /** The families. */
  public static List<Family> families() {
    Family linear =
        new Family(
            "ATT-LIN",
            Chapter.ATTENTION,
            new Definition(
                "S_t = S_{t−1} + φ(k_t) v_tᵀ; z_t = z_{t−1} + φ(k_t); out_t = φ(q_t)ᵀS_t /"
                    + " (φ(q_t)ᵀz_t + ε)",
                "Momentum Transformer, eq. 8"));
    Family momentum =
        new Family(
            "ATT-MOM",
            Chapter.ATTENTION,
            new Definition(
                "m_t = β m_{t−1} − φ(k_t) v_tᵀ; S_t = S_{t−1} − γ m_t; z_t = z_{t−1} + φ(k_t)",
                "Momentum Transformer, eq. 12"));
    Family full =
        new Family(
            "ATT-FULL",
            Chapter.ATTENTION,
            new Definition(
                "out_i = φ(q_i)ᵀ Σ_j φ(k_j) v_jᵀ / (φ(q_i)ᵀ Σ_j φ(k_j) + ε)",
                "Momentum Transformer, eq. 7"));
    causal(linear, ADDITIVE);
    for (float beta : BETAS) {
      for (Schedule schedule : SCHEDULES) {
        add(momentum, "β = " + beta, spec(new UpdateRule.Momentum(beta, 0.75), schedule), 37);
      }
    }
    causal(momentum, new UpdateRule.Momentum(0.9f, 0.75));
    for (float gamma : new float[] {0.1f, 2}) {
      UpdateRule rule = new UpdateRule.Momentum(0.6f, gamma);
      add(momentum, "γ = " + gamma, spec(rule, new Schedule.Automatic()), 37);
    }
    for (float beta : new float[] {0.6f, 0.99f, 1 - 1e-6f}) {
      longSequences(momentum, new UpdateRule.Momentum(beta, 1));
    }
    longSequences(linear, ADDITIVE);
    paddedRoot(linear, ADDITIVE);
    paddedRoot(momentum, new UpdateRule.Momentum(0.9f, 0.75));
    givenState(linear, ADDITIVE);
    givenState(momentum, new UpdateRule.Momentum(0.9f, 0.75));
    nonCausal(full);
    return List.of(linear, momentum, full);
  }

  private static void causal(Family family, UpdateRule rule) {
    for (Schedule schedule : SCHEDULES) {
      AttentionSpec spec = spec(rule, schedule);
      for (int tokens : new int[] {1, 2, 37, 130}) {
        add(family, "key sum", spec, tokens);
      }
      add(family, "no normaliser", with(spec, new Normaliser.None()), 37);
      add(family, "√N", with(spec, new Normaliser.SquareRootLength()), 37);
      AttentionSpec plain = with(spec, FeatureMap.IDENTITY);
      add(family, "no feature map or normaliser", with(plain, new Normaliser.None()), 37);
      add(family, "positive keys without feature map", plain, positive());
      for (Padding padding : Padding.values()) {
        AttentionSpec padded = with(spec, padding);
        add(family, "padded", padded, AttentionTrial.tokens(37).withPadding());
        stateful(family, "padded with states", padded, AttentionTrial.tokens(37).withPadding());
      }
      stateful(family, "states", spec, AttentionTrial.tokens(37));
      stateful(
          family,
          "states without normaliser",
          with(spec, new Normaliser.None()),
          AttentionTrial.tokens(21));
    }
    AttentionSpec automatic = spec(rule, new Schedule.Automatic());
    for (int[] size : SIZES) {
      AttentionTrial trial = AttentionTrial.tokens(67).sized(size[0], size[1], size[2], size[3]);
      stateful(
          family, "B, H, K, V = " + List.of(size[0], size[1], size[2], size[3]), automatic, trial);
    }
    add(family, "φ(k) tiny", automatic, AttentionTrial.tokens(37).scaled(1, -12, 1));
    add(family, "large queries and keys", automatic, AttentionTrial.tokens(37).scaled(30, 0, 100));
    add(family, "tiny values", automatic, AttentionTrial.tokens(37).scaled(1, 0, 1e-25));
  }

  private static void longSequences(Family family, UpdateRule rule) {
    for (Schedule schedule :
        List.of(
            new Schedule.Automatic(),
            new Schedule.Recurrent(),
            new Schedule.Chunked(64),
            new Schedule.Chunked(100))) {
      add(
          family,
          "long, " + rule,
          spec(rule, schedule),
          AttentionTrial.tokens(611).sized(1, 1, 8, 8));
    }
  }

  /** √N counts all keys, padding included. */
  private static void paddedRoot(Family family, UpdateRule rule) {
    for (Padding padding : Padding.values()) {
      AttentionSpec root =
          with(spec(rule, new Schedule.Automatic()), new Normaliser.SquareRootLength());
      add(family, "padded, √N", with(root, padding), AttentionTrial.tokens(37).withPadding());
    }
  }

  private static void givenState(Family family, UpdateRule rule) {
    AttentionSpec spec = spec(rule, new Schedule.Automatic());
    AttentionTrial trial = AttentionTrial.tokens(37);
    family.add(
        describe("a state that gets no gradient", spec, trial),
        (c, s) -> FamilyRun.run(c, s, spec, trial, States.GIVEN));
  }

  private static void nonCausal(Family family) {
    AttentionSpec spec =
        new AttentionSpec(
            FeatureMap.ELU_PLUS_ONE,
            KEY_SUM,
            ADDITIVE,
            false,
            Padding.DECAY,
            new Schedule.Automatic());
    for (int tokens : new int[] {1, 2, 37, 130}) {
      add(family, "key sum", spec, tokens);
      add(family, "√N", with(spec, new Normaliser.SquareRootLength()), tokens);
    }
    add(family, "no normaliser", with(spec, new Normaliser.None()), 37);
    add(family, "no feature map", with(with(spec, FeatureMap.IDENTITY), new Normaliser.None()), 37);
    add(family, "positive keys without feature map", with(spec, FeatureMap.IDENTITY), positive());
    add(family, "padded", spec, AttentionTrial.tokens(37).withPadding());
    add(
        family,
        "padded, √N",
        with(spec, new Normaliser.SquareRootLength()),
        AttentionTrial.tokens(37).withPadding());
    add(family, "more keys than queries", spec, AttentionTrial.tokens(19).keys(53));
    add(family, "fewer keys than queries", spec, AttentionTrial.tokens(53).keys(11).withPadding());
    for (int[] size : SIZES) {
      AttentionTrial trial = AttentionTrial.tokens(67).sized(size[0], size[1], size[2], size[3]);
      add(family, "B, H, K, V = " + List.of(size[0], size[1], size[2], size[3]), spec, trial);
    }
    add(family, "φ(k) tiny", spec, AttentionTrial.tokens(37).scaled(1, -12, 1));
    add(family, "large queries and keys", spec, AttentionTrial.tokens(37).scaled(30, 0, 100));
    add(family, "long", spec, AttentionTrial.tokens(611).sized(1, 1, 8, 8));
    AttentionSpec root = with(spec, new Normaliser.SquareRootLength());
    add(family, "more keys than queries, √N", root, AttentionTrial.tokens(19).keys(53));
    add(
        family,
        "fewer keys than queries, √N",
        root,
        AttentionTrial.tokens(53).keys(11).withPadding());
  }

  private static AttentionTrial positive() {
    return AttentionTrial.tokens(37).scaled(0.1, 1, 1);
  }

  private static void add(Family family, String title, AttentionSpec spec, int tokens) {
    add(family, title, spec, AttentionTrial.tokens(tokens));
  }

  private static void add(Family family, String title, AttentionSpec spec, AttentionTrial trial) {
    family.add(
        describe(title, spec, trial), (c, s) -> FamilyRun.run(c, s, spec, trial, States.NONE));
  }

  private static void stateful(
      Family family, String title, AttentionSpec spec, AttentionTrial trial) {
    family.add(
        describe(title, spec, trial),
        (c, s) -> FamilyRun.run(c, s, spec, trial, States.DIFFERENTIATED));
  }

  private static String describe(String title, AttentionSpec spec, AttentionTrial trial) {
    String schedule =
        switch (spec.schedule()) {
          case Schedule.Automatic automatic -> "automatic";
          case Schedule.Recurrent recurrent -> "recurrent";
          case Schedule.Chunked(int length) -> "chunks of " + length;
        };
    String padding = trial.padded() && spec.causal() ? ", " + spec.padding() : "";
    return "%s%s, N = %d%s"
        .formatted(title, padding, trial.queryCount(), spec.causal() ? ", " + schedule : "");
  }

  private static AttentionSpec spec(UpdateRule rule, Schedule schedule) {
    return new AttentionSpec(FeatureMap.ELU_PLUS_ONE, KEY_SUM, rule, true, Padding.DECAY, schedule);
  }

  private static AttentionSpec with(AttentionSpec s, Normaliser normaliser) {
    return new AttentionSpec(
        s.featureMap(), normaliser, s.rule(), s.causal(), s.padding(), s.schedule());
  }

  private static AttentionSpec with(AttentionSpec s, FeatureMap featureMap) {
    return new AttentionSpec(
        featureMap, s.normaliser(), s.rule(), s.causal(), s.padding(), s.schedule());
  }

  private static AttentionSpec with(AttentionSpec s, Padding padding) {
    return new AttentionSpec(
        s.featureMap(), s.normaliser(), s.rule(), s.causal(), padding, s.schedule());
  }
}
