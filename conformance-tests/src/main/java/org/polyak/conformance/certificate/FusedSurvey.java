package org.polyak.conformance.certificate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.Support;
import org.polyak.spi.fused.UpdateRule;

/** Asks a backend for everything that it may fuse, with the parameters that the catalogue uses. */
final class FusedSurvey {
  static final List<UpdateRule> RULES =
      List.of(new UpdateRule.Additive(), new UpdateRule.Momentum(0.9, 0.75));
  static final List<Normaliser> NORMALISERS =
      List.of(
          new Normaliser.None(), new Normaliser.KeySum(1e-6), new Normaliser.SquareRootLength());
  static final List<Schedule> SCHEDULES =
      List.of(new Schedule.Automatic(), new Schedule.Recurrent(), new Schedule.Chunked(64));
  static final List<OptimizerRule> OPTIMIZERS =
      List.of(
          new OptimizerRule.GradientDescent(0.9, 0, false, 0),
          new OptimizerRule.Adam(0.9, 0.999, 1e-8, 0.01, true),
          new OptimizerRule.RectifiedAdam(0.9, 0.999, 1e-8, 0.01, true, true));

  private final List<FusedAnswer> answers = new ArrayList<>();

  private FusedSurvey() {}

  /** The answers, attention first. */
  static List<FusedAnswer> of(FusedKernels fused) {
    FusedSurvey survey = new FusedSurvey();
    survey.attention(fused);
    survey.add("softmax attention", "", fused::softmaxAttention);
    survey.add("softmax", "", fused::softmax);
    survey.add("layer norm", "", fused::layerNorm);
    for (Activation activation : Activation.values()) {
      survey.add("linear layer", words(activation), () -> fused.linear(activation));
    }
    for (Activation activation : Activation.values()) {
      survey.add("bias and activation", words(activation), () -> fused.biasActivation(activation));
    }
    survey.add("cross-entropy", "", fused::softmaxCrossEntropy);
    survey.add("mixture of logistics", "", fused::logisticMixture);
    survey.add("dropout", "", fused::dropout);
    survey.add("squared norms", "", fused::squaredNorms);
    for (OptimizerRule rule : OPTIMIZERS) {
      survey.add("optimiser", describe(rule), () -> fused.optimizer(rule));
    }
    return List.copyOf(survey.answers);
  }

  /** Without a causal mask there is no order of evaluation, and no momentum. */
  private void attention(FusedKernels fused) {
    for (UpdateRule rule : RULES) {
      for (FeatureMap featureMap : FeatureMap.values()) {
        for (Normaliser normaliser : NORMALISERS) {
          for (Padding padding : Padding.values()) {
            for (Schedule schedule : SCHEDULES) {
              attention(
                  fused, new AttentionSpec(featureMap, normaliser, rule, true, padding, schedule));
            }
          }
          if (rule instanceof UpdateRule.Additive) {
            attention(
                fused,
                new AttentionSpec(
                    featureMap, normaliser, rule, false, Padding.DECAY, new Schedule.Automatic()));
          }
        }
      }
    }
  }

  private void attention(FusedKernels fused, AttentionSpec spec) {
    String direction =
        spec.causal() ? "causal, padding " + words(spec.padding()) : "every key seen";
    String variant =
        "%s, %s, %s, %s"
            .formatted(describe(spec.rule()), direction, words(spec.featureMap()), describe(spec));
    add("attention", variant, describe(spec.schedule()), () -> fused.attention(spec));
  }

  private void add(String operation, String variant, Supplier<Support<?>> question) {
    add(operation, variant, "", question);
  }

  private void add(
      String operation, String variant, String schedule, Supplier<Support<?>> question) {
    answers.add(
        switch (answer(question)) {
          case Support.Native<?> offered -> new FusedAnswer(operation, variant, schedule, true, "");
          case Support.Unsupported<?>(String reason) ->
              new FusedAnswer(operation, variant, schedule, false, reason);
        });
  }

  /** A backend that cannot even answer does not fuse; its cases say the rest. */
  private static Support<?> answer(Supplier<Support<?>> question) {
    try {
      return question.get();
    } catch (RuntimeException e) {
      return new Support.Unsupported<>("the backend threw " + e);
    }
  }

  private static String describe(UpdateRule rule) {
    return switch (rule) {
      case UpdateRule.Additive additive -> "additive (eq. 8)";
      case UpdateRule.Momentum momentum -> "momentum (eq. 12)";
    };
  }

  private static String describe(AttentionSpec spec) {
    return switch (spec.normaliser()) {
      case Normaliser.None none -> "no normaliser";
      case Normaliser.KeySum keySum -> "normalised by the sum of keys";
      case Normaliser.SquareRootLength length -> "normalised by √N";
    };
  }

  private static String describe(Schedule schedule) {
    return switch (schedule) {
      case Schedule.Automatic automatic -> "automatic";
      case Schedule.Recurrent recurrent -> "recurrent";
      case Schedule.Chunked(int length) -> "chunks of " + length;
    };
  }

  private static String describe(OptimizerRule rule) {
    return switch (rule) {
      case OptimizerRule.GradientDescent descent -> "gradient descent with momentum";
      case OptimizerRule.Adam adam -> "AdamW";
      case OptimizerRule.RectifiedAdam radam -> "rectified Adam";
    };
  }

  private static String words(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
