package org.polyak.conformance.fused;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Family;
import org.polyak.conformance.Rounded;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.Optimiser;
import org.polyak.nn.ops.OptimizerSteps;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.OptimizerKernel;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.spi.fused.OptimizerRule.Adam;
import org.polyak.spi.fused.OptimizerRule.GradientDescent;
import org.polyak.spi.fused.OptimizerRule.RectifiedAdam;
import org.polyak.spi.fused.ParameterUpdate;

/** Optimiser steps, several in a row. */
public final class OptimizerCases {
  private static final int STEPS = 12;
  private static final int MANY = 37;
  private static final int[] SIZES = {1, 7, 33, 257};

  private static final List<OptimizerRule> RULES =
      List.of(
          new GradientDescent(0, 0, false, 0),
          new GradientDescent(0, 0, false, 0.1),
          new GradientDescent(0.9, 0, false, 0),
          new GradientDescent(0.8, 0.3, false, 0.1),
          new GradientDescent(0.9, 0, true, 0),
          new GradientDescent(0.95, 0, true, 0.05),
          new Adam(0.9, 0.999, 1e-8, 0, false),
          new Adam(0.8, 0.95, 1e-6, 0.1, false),
          new Adam(0.9, 0.999, 1e-8, 0.1, true),
          new RectifiedAdam(0.9, 0.999, 1e-8, 0, false, false),
          new RectifiedAdam(0.9, 0.97, 1e-8, 0.1, false, false),
          new RectifiedAdam(0.9, 0.999, 1e-8, 0.01, true, false),
          new RectifiedAdam(0.9, 0.999, 0, 0.01, true, true));

  private OptimizerCases() {}

  /** The families. */
  public static List<Family> families() {
    Family family =
        new Family(
            "FUSED-OPT",
            Chapter.FUSED,
            new Definition("the update rule as its record states it", "OptimizerRule"));
    for (OptimizerRule rule : RULES) {
      family.add(
          rule.toString(),
          (c, s) -> {
            for (int size : SIZES) {
              run(c, s, rule, size, 1, null);
            }
          });
      family.add(rule + ", gradient scaled", (c, s) -> run(c, s, rule, 65, 1, 0.37f));
      family.add(rule + ", small gradients", (c, s) -> run(c, s, rule, 65, 1e-6, null));
    }
    family.add(
        "70,001 parameters",
        (c, s) -> run(c, s, new Adam(0.9, 0.999, 1e-8, 0.1, true), 70_001, 1, null));
    for (OptimizerRule rule :
        List.of(
            new GradientDescent(0.9, 0, false, 0),
            new Adam(0.9, 0.999, 1e-8, 0.1, true),
            new RectifiedAdam(0.9, 0.97, 1e-8, 0.1, false, false))) {
      family.add(
          rule.getClass().getSimpleName() + ", 37 tensors together", (c, s) -> many(c, s, rule));
    }
    return List.of(family);
  }

  /**
   * What is trained.
   *
   * @param start the parameter's values
   * @param gradients of each step
   * @param clip what gradients are scaled by; null for not at all
   */
  @SuppressWarnings("ArrayRecordComponent") // inputs, never compared
  private record Subject(float[] start, List<float[]> gradients, @Nullable Float clip) {
    static Subject random(Samples s, int size, double gradientScale, @Nullable Float clip) {
      float[] start = s.normal(size, 1);
      List<float[]> gradients = new ArrayList<>();
      for (int t = 1; t <= STEPS; t++) {
        gradients.add(s.normal(size, gradientScale));
      }
      return new Subject(start, gradients, clip);
    }
  }

  private static void run(
      CaseContext c,
      Samples s,
      OptimizerRule rule,
      int size,
      double gradientScale,
      @Nullable Float clip) {
    check(c, rule, List.of(Subject.random(s, size, gradientScale, clip)));
  }

  /** More tensors, of more sizes, than a kernel may want to take at once; every third is scaled. */
  private static void many(CaseContext c, Samples s, OptimizerRule rule) {
    List<Subject> subjects = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      subjects.add(Subject.random(s, 1 + i * i, 1, i % 3 == 0 ? 0.1f + i : null));
    }
    check(c, rule, subjects);
  }

  private static void check(CaseContext c, OptimizerRule rule, List<Subject> subjects) {
    @Nullable OptimizerKernel kernel = c.kernel(c.backend().fused().optimizer(rule));
    List<List<Tensor>> composed = train(c, rule, subjects, null);
    List<List<Tensor>> fused = kernel == null ? List.of() : train(c, rule, subjects, kernel);
    for (int i = 0; i < subjects.size(); i++) {
      List<Expected> wanted = expected(rule, subjects.get(i));
      compare(c, wanted, composed.get(i), "");
      if (kernel != null) {
        compare(c, wanted, fused.get(i), "fused ");
      }
    }
  }

  /** Parameters and states after all steps: through {@code nn}, or by a kernel. */
  private static List<List<Tensor>> train(
      CaseContext c, OptimizerRule rule, List<Subject> subjects, @Nullable OptimizerKernel kernel) {
    List<List<Tensor>> all = new ArrayList<>();
    for (Subject subject : subjects) {
      int size = subject.start().length;
      List<Tensor> own = new ArrayList<>();
      own.add(c.memory().update("parameter", subject.start(), Placement.OFFSET, size));
      for (int i = 0; i < rule.stateCount(); i++) {
        own.add(c.memory().update("state " + i, new float[size], Placement.OFFSET, size));
      }
      all.add(own);
    }
    for (int t = 1; t <= STEPS; t++) {
      List<ParameterUpdate> updates = new ArrayList<>();
      for (int i = 0; i < subjects.size(); i++) {
        updates.add(update(c, subjects.get(i), all.get(i), t));
      }
      if (kernel == null) {
        OptimizerSteps.step(c.engine(), c.scope(), rule, updates, rate(t), t);
      } else {
        kernel.step(updates, rate(t), t);
      }
    }
    return all;
  }

  private static ParameterUpdate update(CaseContext c, Subject subject, List<Tensor> own, int t) {
    float[] gradient = subject.gradients().get(t - 1);
    @Nullable Float clip = subject.clip();
    return new ParameterUpdate(
        own.getFirst(),
        c.memory().input("gradient", gradient, Placement.OFFSET, gradient.length),
        clip == null
            ? null
            : c.memory().input("gradient scale", new float[] {clip}, Placement.OFFSET, 1),
        own.subList(1, own.size()));
  }

  private static void compare(
      CaseContext c, List<Expected> wanted, List<Tensor> found, String prefix) {
    for (int i = 0; i < found.size(); i++) {
      String name = prefix + (i == 0 ? "parameter" : "state " + (i - 1));
      c.expect(name, c.memory().floats(found.get(i)), wanted.get(i));
    }
  }

  private static List<Expected> expected(OptimizerRule rule, Subject subject) {
    float[] start = subject.start();
    List<float[]> gradients = subject.gradients();
    @Nullable Float clip = subject.clip();
    int size = start.length;
    double factor = clip == null ? 1 : clip;
    Optimiser oracle = oracle(rule);
    Array theta = Samples.array(start, size);
    List<Array> state = oracle.initialState(theta);
    List<OptimizerAnalysis> analyses = new ArrayList<>();
    for (float element : start) {
      analyses.add(new OptimizerAnalysis(rule, element));
    }
    for (int t = 1; t <= STEPS; t++) {
      Array gradient = Samples.array(gradients.get(t - 1), size);
      Optimiser.Step step = oracle.step(theta, gradient.times(factor), state, t, rate(t));
      theta = step.parameter();
      state = step.state();
      for (int i = 0; i < size; i++) {
        Rounded raw = Rounded.exact(gradient.get(i));
        Rounded g = clip == null ? raw : raw.times(Rounded.exact(factor));
        analyses.get(i).step(g, rate(t), t);
      }
    }
    List<Expected> expected = new ArrayList<>();
    expected.add(analysed(theta, analyses.stream().map(OptimizerAnalysis::parameter).toList()));
    for (int k = 0; k < rule.stateCount(); k++) {
      int index = k;
      expected.add(analysed(state.get(k), analyses.stream().map(a -> a.state(index)).toList()));
    }
    return expected;
  }

  private static Expected analysed(Array values, List<Rounded> analysis) {
    double[] errors = analysis.stream().mapToDouble(Rounded::error).toArray();
    return Expected.analysed(values, Array.of(errors, errors.length));
  }

  /** A schedule that changes at every step. */
  private static double rate(int t) {
    return 0.03 / Math.sqrt(t);
  }

  private static Optimiser oracle(OptimizerRule rule) {
    return switch (rule) {
      case GradientDescent r ->
          new Optimiser.GradientDescent(r.momentum(), r.dampening(), r.nesterov(), r.weightDecay());
      case Adam r ->
          new Optimiser.Adam(
              r.beta1(), r.beta2(), r.epsilon(), r.weightDecay(), r.decoupled(), false);
      case RectifiedAdam r ->
          new Optimiser.RectifiedAdam(
              r.beta1(),
              r.beta2(),
              r.epsilon(),
              r.weightDecay(),
              r.decoupled(),
              r.inclusiveThreshold());
    };
  }
}
