package org.polyak.tasks.config;

import java.util.List;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.TransformerConfig.NormPlacement;
import org.polyak.nn.models.ModelConfig.Positions;
import org.polyak.nn.optim.GradientClipping;
import org.polyak.nn.optim.LearningRateSchedule;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.tasks.UserException;
import org.polyak.tasks.data.CopyLayout;
import org.polyak.tasks.data.CopyMask;

/** Turns complete settings into records and checks what one value demands of another. */
final class Decoder {
  private static final List<String> ATTENTION_KINDS =
      List.of("softmax", "linear", "linear-unnormalised", "momentum");

  private Decoder() {}

  static RunConfig decode(Section root) {
    TaskConfig task = task(root.section("task"));
    RunConfig.TrainConfig train = train(root.section("train"));
    Section optimizer = root.section("optimizer");
    return new RunConfig(
        root.string("preset"),
        root.string("variant"),
        new RunConfig.BackendConfig(
            root.string("backend"),
            root.origin("backend"),
            root.string("precision"),
            root.integer("threads", 0, 1024),
            root.section("backend-options").texts()),
        root.wholeNumber("seed"),
        root.string("data-dir"),
        task,
        model(root.section("model")),
        attention(root.section("attention")),
        connection(root.section("connection")),
        optimizer(optimizer),
        clipping(optimizer),
        schedule(
            root.section("schedule"),
            optimizer.number("learning-rate", Bounds.POSITIVE),
            train.steps()),
        train,
        generate(root.section("generate")));
  }

  private static TaskConfig task(Section task) {
    return switch (task.oneOf("name", List.of("copy", "mnist", "text"))) {
      case "copy" ->
          new TaskConfig.Copy(
              task.integer("max-length", 5, 1 << 20),
              task.integer("symbols", 1, 1 << 20),
              task.oneOf("layout", CopyLayout.class),
              task.oneOf("mask", CopyMask.class));
      case "mnist" ->
          new TaskConfig.Mnist(
              task.integer("mixtures", 1, 1000),
              task.integer("train-images", 0),
              task.integer("test-images", 0));
      default ->
          new TaskConfig.Text(
              task.string("path"),
              task.integer("context", 1, 1 << 24),
              task.number("validation-fraction", Bounds.INNER_FRACTION));
    };
  }

  private static ModelConfig model(Section model) {
    ModelConfig config =
        new ModelConfig(
            model.integer("layers", 1, 1000),
            model.integer("heads", 1, 1000),
            model.integer("head-dim", 1, 4096),
            model.integer("feed-forward", 1),
            model.number("dropout", Bounds.FRACTION_BELOW_ONE),
            model.oneOf("norm", NormPlacement.class),
            model.oneOf("activation", Activation.class),
            model.oneOf("positions", Positions.class));
    int divisor = config.positions() == Positions.CONCATENATED ? 4 : 2;
    if (config.width() % divisor != 0) {
      throw new UserException.Usage(
          ("The model's width, model.heads times model.head-dim = %d, must be a multiple of %d: "
                  + "sinusoidal positions come in pairs and model.positions is %s.")
              .formatted(config.width(), divisor, Section.name(config.positions())));
    }
    return config;
  }

  private static AttentionConfig attention(Section attention) {
    return switch (attention.oneOf("kind", ATTENTION_KINDS)) {
      case "softmax" -> new AttentionConfig.Softmax();
      case "linear" -> new AttentionConfig.Linear(epsilon(attention));
      case "linear-unnormalised" -> new AttentionConfig.LinearUnnormalised();
      default -> momentum(attention);
    };
  }

  private static AttentionConfig momentum(Section attention) {
    AttentionConfig.Weighting weighting =
        attention.oneOf("weighting", AttentionConfig.Weighting.class);
    if (weighting == AttentionConfig.Weighting.NON_CAUSAL) {
      throw new UserException.Usage(
          ("attention.weighting = non-causal (from %s) lets every position see the ones after it, "
                  + "which this task has to predict. Use eq13, or released for the weights of the "
                  + "paper's training code.")
              .formatted(attention.origin("weighting")));
    }
    return new AttentionConfig.Momentum(
        attention.number("beta", Bounds.FRACTION_BELOW_ONE),
        attention.number("gamma", Bounds.POSITIVE),
        weighting,
        weighting == AttentionConfig.Weighting.EQ13
            ? AttentionConfig.Anchor.PADDED
            : attention.oneOf("length", AttentionConfig.Anchor.class),
        epsilon(attention));
  }

  private static double epsilon(Section attention) {
    return attention.number("epsilon", Bounds.NOT_NEGATIVE);
  }

  private static ConnectionConfig connection(Section connection) {
    return switch (connection.oneOf("kind", List.of("plain", "momentum", "adaptive"))) {
      case "plain" -> new ConnectionConfig.Plain();
      case "momentum" -> momentumConnection(connection.section("momentum"));
      default -> adaptiveConnection(connection.section("adaptive"));
    };
  }

  private static ConnectionConfig momentumConnection(Section momentum) {
    return momentum.oneOf("form", List.of("velocity", "eq15")).equals("velocity")
        ? new ConnectionConfig.Velocity(
            momentum.number("mu", Bounds.FRACTION_BELOW_ONE),
            momentum.number("step-size", Bounds.POSITIVE))
        : new ConnectionConfig.HeavyBall(momentum.number("beta", Bounds.FRACTION_BELOW_ONE));
  }

  private static ConnectionConfig adaptiveConnection(Section adaptive) {
    AdaptiveCoefficient.Norm norm = adaptive.oneOf("norm", AdaptiveCoefficient.Norm.class);
    if (norm == AdaptiveCoefficient.Norm.SAMPLE) {
      throw new UserException.Usage(
          ("connection.adaptive.norm = sample (from %s) takes norms over positions that this task "
                  + "has to predict. Use token.")
              .formatted(adaptive.origin("norm")));
    }
    AdaptiveCoefficient coefficient =
        new AdaptiveCoefficient(
            adaptive.number("delta", Bounds.INNER_FRACTION),
            adaptive.oneOf("clamp", List.of("after-square", "before-square")).equals("after-square")
                ? AdaptiveCoefficient.Order.SQUARE_THEN_PROJECT
                : AdaptiveCoefficient.Order.PROJECT_THEN_SQUARE,
            norm,
            adaptive.flag("detach"));
    return switch (adaptive.oneOf("form", List.of("eq17", "eq18", "eq18-printed"))) {
      case "eq17" -> adaptiveVelocity(adaptive, ConnectionConfig.Reference.VELOCITY, coefficient);
      case "eq18" -> adaptiveVelocity(adaptive, ConnectionConfig.Reference.PREVIOUS, coefficient);
      default -> new ConnectionConfig.AdaptiveHeavyBall(coefficient);
    };
  }

  private static ConnectionConfig adaptiveVelocity(
      Section adaptive, ConnectionConfig.Reference reference, AdaptiveCoefficient coefficient) {
    return new ConnectionConfig.AdaptiveVelocity(
        adaptive.number("step-size", Bounds.POSITIVE), reference, coefficient);
  }

  private static OptimizerRule optimizer(Section optimizer) {
    String kind = optimizer.oneOf("kind", List.of("sgd", "adam", "adamw", "radam"));
    double decay = optimizer.number("weight-decay", Bounds.NOT_NEGATIVE);
    if (kind.equals("sgd")) {
      double momentum = optimizer.number("momentum", Bounds.FRACTION_BELOW_ONE);
      return new OptimizerRule.GradientDescent(momentum, 0, false, decay);
    }
    double beta1 = optimizer.number("beta1", Bounds.FRACTION_BELOW_ONE);
    double beta2 = optimizer.number("beta2", Bounds.FRACTION_BELOW_ONE);
    double epsilon = optimizer.number("epsilon", Bounds.POSITIVE);
    // radam as in the paper's released code: decoupled decay, rectified from 5 inclusive.
    return kind.equals("radam")
        ? new OptimizerRule.RectifiedAdam(beta1, beta2, epsilon, decay, true, true)
        : new OptimizerRule.Adam(beta1, beta2, epsilon, decay, kind.equals("adamw"));
  }

  private static GradientClipping clipping(Section optimizer) {
    return switch (optimizer.oneOf("clip", List.of("parameter", "global", "none"))) {
      case "parameter" ->
          new GradientClipping.PerParameter(optimizer.number("clip-norm", Bounds.POSITIVE));
      case "global" -> new GradientClipping.Global(optimizer.number("clip-norm", Bounds.POSITIVE));
      default -> new GradientClipping.None();
    };
  }

  private static LearningRateSchedule schedule(Section schedule, double rate, int steps) {
    String kind = schedule.oneOf("kind", List.of("constant", "step", "cosine", "linear"));
    return switch (kind) {
      case "constant" -> new LearningRateSchedule.Constant(rate);
      case "step" ->
          new LearningRateSchedule.StepDecay(
              rate,
              schedule.number("factor", Bounds.POSITIVE),
              schedule.integer("every", 1),
              schedule.integer("times", 0));
      default -> {
        int warmup = (int) (schedule.number("warmup", Bounds.FRACTION_BELOW_ONE) * steps);
        double last = rate * schedule.number("minimum", Bounds.FRACTION);
        yield kind.equals("cosine")
            ? new LearningRateSchedule.WarmupCosine(rate, last, warmup, steps)
            : new LearningRateSchedule.WarmupLinear(rate, last, warmup, steps);
      }
    };
  }

  private static RunConfig.TrainConfig train(Section train) {
    return new RunConfig.TrainConfig(
        train.integer("steps", 1),
        train.integer("batch-size", 1, 1 << 20),
        train.integer("log-every", 1),
        train.integer("evaluate-every", 1),
        train.integer("evaluate-batches", 0),
        train.integer("checkpoint-every", 1));
  }

  private static RunConfig.GenerateConfig generate(Section generate) {
    return new RunConfig.GenerateConfig(
        generate.integer("count", 1, 10_000), generate.number("temperature", Bounds.NOT_NEGATIVE));
  }
}
