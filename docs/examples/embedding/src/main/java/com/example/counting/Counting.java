package com.example.counting;

import java.nio.file.Path;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.TransformerConfig;
import org.polyak.nn.models.CategoricalSampler;
import org.polyak.nn.models.ModelConfig;
import org.polyak.nn.models.SequenceModel;
import org.polyak.nn.models.StepDecoder;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.optim.GradientClipping;
import org.polyak.nn.optim.Optimizer;
import org.polyak.nn.optim.OptimizerRules;
import org.polyak.nn.random.Generator;
import org.polyak.spi.Scope;

/** Learns to count on a ring of eleven numbers, in steps that each row chooses for itself. */
record Counting(Engine engine) {
  void run(Path file) {
    var attention = new AttentionConfig.Momentum(0.1, 0.6);
    var connection = new ConnectionConfig.AdaptiveVelocity(0.99);
    var transformer = TransformerConfig.decoder(2, 32, 4, Rows.LENGTH, attention, connection);
    var config = new ModelConfig(11, 11, ModelConfig.Positions.ADDED, transformer);
    Generator random = Generator.ofSeed(1);
    try (Scope scope = engine.backend().openScope("counting")) {
      var model = new SequenceModel(config, engine, scope, random.split("parameters"));
      var rule = OptimizerRules.adam(0);
      var clipping = new GradientClipping.PerParameter(1);
      var optimizer = new Optimizer(engine, rule, clipping, model.parameters(), scope);
      for (int step = 1; step <= 200; step++) {
        try (Scope scratch = scope.child("step " + step)) {
          Ops ops = Ops.recording(engine, scratch, new Tape());
          Rows rows = Rows.draw(32, random);
          Variable outputs = model.forward(ops, rows.inputs(), 32, null);
          Variable logits = ops.reshape(outputs, rows.inputs().length, 11);
          Variable targets = ops.indices(rows.targets(), rows.targets().length);
          Variable loss = ops.meanAll(ops.crossEntropy(logits, targets, 0));
          optimizer.step(ops.backward(loss), 0.004);
          if (step % 50 == 0) {
            System.out.println("Step " + step + ": loss " + ops.toScalar(loss));
          }
        }
      }
      model.write(file);

      var reader = new SequenceModel(config, engine, scope, random.split("other parameters"));
      reader.read(file);
      try (StepDecoder decoder = new StepDecoder(reader, engine, scope, 1)) {
        decoder.step(0);
        for (int number = 3; decoder.position() < Rows.LENGTH; ) {
          System.out.println("Number " + number);
          float[] scores = decoder.step(number);
          number = new CategoricalSampler(0).sample(scores, 0, 11, random);
        }
      }
    }
  }
}
