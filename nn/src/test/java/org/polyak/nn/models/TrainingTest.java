package org.polyak.nn.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.checkpoint.Checkpoint;
import org.polyak.nn.checkpoint.StoredTensor;
import org.polyak.nn.checkpoint.TrainingState;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.TransformerConfig.NormPlacement;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.optim.GradientClipping;
import org.polyak.nn.optim.LearningRateSchedule;
import org.polyak.nn.optim.Optimizer;
import org.polyak.nn.optim.OptimizerRules;
import org.polyak.nn.random.Generator;
import org.polyak.nn.testing.Device;
import org.polyak.spi.Scope;
import org.polyak.spi.fused.OptimizerRule;

/** Model, optimiser, generator and checkpoint together. */
class TrainingTest {
  private static final int BATCH = 4;
  private static final int LENGTH = 12;
  private static final LearningRateSchedule SCHEDULE =
      new LearningRateSchedule.WarmupCosine(1e-2, 1e-3, 3, 100);

  @TempDir private Path folder;

  @Test
  void lossFallsBelowThatOfGuessing() {
    try (Run run = new Run(Device.fused(), OptimizerRules.adam(0), 0)) {
      float first = run.step();
      run.steps(98);
      float last = run.step();
      // Each sequence counts upwards from a random symbol: after the first, all is determined.
      assertThat(first).isGreaterThan((float) Math.log(TestModels.VOCABULARY) - 1);
      assertThat(last).isLessThan((float) Math.log(TestModels.VOCABULARY) / 2);
    }
  }

  @Test
  void resumedRunEndsBitIdenticalToAnUninterruptedOne() {
    Path file = folder.resolve("model.safetensors");
    Map<String, float[]> uninterrupted;
    try (Run run = new Run(Device.fused())) {
      run.steps(7);
      uninterrupted = run.parameters();
    }
    try (Run run = new Run(Device.fused())) {
      run.steps(4);
      run.checkpoint().write(file);
      run.steps(2); // Lost.
    }
    try (Run run = new Run(Device.fused())) {
      run.resume(file);
      run.steps(3);
      run.parameters()
          .forEach(
              (name, values) -> assertThat(values).as(name).isEqualTo(uninterrupted.get(name)));
    }
  }

  @Test
  void stepsLeaveNoMemoryBehind() {
    try (Run run = new Run(Device.composed())) {
      run.step();
      long before = run.device.scope().stats().liveBytes();
      run.step();
      assertThat(run.device.scope().stats().liveBytes()).isEqualTo(before);
    }
  }

  /** A training run that predicts the next number of sequences that count upwards. */
  private static final class Run implements AutoCloseable {
    private final Device device;
    private final SequenceModel model;
    private final Optimizer optimizer;
    private Generator data;
    private Generator dropout;

    Run(Device device) {
      this(device, OptimizerRules.radamOfThePaper(0.01), 0.1);
    }

    Run(Device device, OptimizerRule rule, double dropoutRate) {
      this.device = device;
      Generator root = Generator.ofSeed(42);
      ModelConfig config =
          TestModels.model(
              TestModels.MOMENTUM,
              new ConnectionConfig.AdaptiveVelocity(
                  0.9, ConnectionConfig.Reference.VELOCITY, AdaptiveCoefficient.RELEASED),
              NormPlacement.POST,
              true,
              dropoutRate);
      model = new SequenceModel(config, device.engine(), device.scope(), root.split("parameters"));
      optimizer =
          new Optimizer(
              device.engine(),
              rule,
              new GradientClipping.PerParameter(1),
              model.parameters(),
              device.scope());
      data = root.split("data");
      dropout = root.split("dropout");
    }

    float step() {
      int[] tokens = new int[BATCH * LENGTH];
      int[] targets = new int[BATCH * LENGTH];
      for (int i = 0; i < BATCH; i++) {
        int start = data.nextInt(TestModels.VOCABULARY);
        for (int j = 0; j < LENGTH; j++) {
          tokens[i * LENGTH + j] = (start + j) % TestModels.VOCABULARY;
          targets[i * LENGTH + j] = (start + j + 1) % TestModels.VOCABULARY;
        }
      }
      try (Scope scratch = device.scope().child("step")) {
        Ops ops = Ops.training(device.engine(), scratch, new Tape(), dropout);
        Variable logits = model.forward(ops, tokens, BATCH, null);
        Variable rows = ops.reshape(logits, BATCH * LENGTH, TestModels.VOCABULARY);
        Variable loss =
            ops.meanAll(ops.crossEntropy(rows, ops.indices(targets, BATCH * LENGTH), 0));
        optimizer.step(ops.backward(loss), SCHEDULE.at(optimizer.steps()));
        return ops.toScalar(loss);
      }
    }

    void steps(int count) {
      for (int i = 0; i < count; i++) {
        step();
      }
    }

    Checkpoint checkpoint() {
      return new Checkpoint(
          model.config().description(),
          model.save(),
          new TrainingState(
              optimizer.steps(),
              optimizer.state(),
              Map.of("data", data.state(), "dropout", dropout.state()),
              Map.of()));
    }

    void resume(Path file) {
      Checkpoint checkpoint = Checkpoint.read(file);
      model.load(file.toString(), checkpoint);
      TrainingState training = Objects.requireNonNull(checkpoint.training());
      optimizer.restore(file.toString(), training.optimizer());
      data = Generator.ofState(Objects.requireNonNull(training.generators().get("data")));
      dropout = Generator.ofState(Objects.requireNonNull(training.generators().get("dropout")));
    }

    Map<String, float[]> parameters() {
      Map<String, float[]> values = new LinkedHashMap<>();
      for (Map.Entry<String, StoredTensor> entry : model.save().entrySet()) {
        values.put(entry.getKey(), entry.getValue().toFloats());
      }
      return values;
    }

    @Override
    public void close() {
      device.close();
    }
  }
}
