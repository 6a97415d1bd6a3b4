package org.polyak.tasks.config;

import java.util.List;
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
    return new RunConfig(
        root.string("preset"),
        root.string("variant"),
        new RunConfig.BackendConfig(
            root.string("backend"),
            root.origin("backend"),
            root.string("precision"),
            root.integer("threads", 0, 1024)),
        root.wholeNumber("seed"),
        root.string("data-dir"),
        task,
        model(root.section("model")),
        attention(root.section("attention")),
        connection(root.section("connection")),
        optimizer(root.section("optimizer")),
        schedule(root.section("schedule")),
        train(root.section("train")),
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
            model.oneOf("norm", ModelConfig.Norm.class),
            model.oneOf("activation", ModelConfig.Activation.class),
            model.oneOf("positions", ModelConfig.Positions.class));
    int divisor = config.positions() == ModelConfig.Positions.CONCATENATED ? 4 : 2;
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
            ? AttentionConfig.Length.PADDED
            : attention.oneOf("length", AttentionConfig.Length.class),
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
    return new ConnectionConfig.Adaptive(
        adaptive.oneOf("form", ConnectionConfig.Form.class),
        adaptive.number("step-size", Bounds.POSITIVE),
        adaptive.number("delta", Bounds.INNER_FRACTION),
        adaptive.oneOf("clamp", ConnectionConfig.Clamp.class),
        adaptive.oneOf("norm", ConnectionConfig.Norm.class),
        adaptive.flag("detach"));
  }

  private static OptimizerConfig optimizer(Section optimizer) {
    OptimizerConfig.Kind kind = optimizer.oneOf("kind", OptimizerConfig.Kind.class);
    boolean adam = kind != OptimizerConfig.Kind.SGD;
    OptimizerConfig.Clip clip = optimizer.oneOf("clip", OptimizerConfig.Clip.class);
    return new OptimizerConfig(
        kind,
        optimizer.number("learning-rate", Bounds.POSITIVE),
        optimizer.number("weight-decay", Bounds.NOT_NEGATIVE),
        adam ? optimizer.number("beta1", Bounds.FRACTION_BELOW_ONE) : 0,
        adam ? optimizer.number("beta2", Bounds.FRACTION_BELOW_ONE) : 0,
        adam ? optimizer.number("epsilon", Bounds.POSITIVE) : 0,
        adam ? 0 : optimizer.number("momentum", Bounds.FRACTION_BELOW_ONE),
        clip,
        clip == OptimizerConfig.Clip.NONE ? 0 : optimizer.number("clip-norm", Bounds.POSITIVE));
  }

  private static ScheduleConfig schedule(Section schedule) {
    ScheduleConfig.Kind kind = schedule.oneOf("kind", ScheduleConfig.Kind.class);
    boolean step = kind == ScheduleConfig.Kind.STEP;
    boolean falling = kind == ScheduleConfig.Kind.COSINE || kind == ScheduleConfig.Kind.LINEAR;
    return new ScheduleConfig(
        kind,
        step ? schedule.integer("every", 1) : 1,
        step ? schedule.integer("times", 0) : 0,
        step ? schedule.number("factor", Bounds.POSITIVE) : 1,
        falling ? schedule.number("warmup", Bounds.FRACTION_BELOW_ONE) : 0,
        falling ? schedule.number("minimum", Bounds.FRACTION) : 1);
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
