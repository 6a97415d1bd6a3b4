package org.polyak.tasks.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.models.CategoricalSampler;
import org.polyak.nn.models.StepDecoder;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.random.Generator;
import org.polyak.tasks.config.TaskConfig;
import org.polyak.tasks.data.BatchSource;
import org.polyak.tasks.data.CopyTask;
import org.polyak.tasks.data.EvaluationSet;
import org.polyak.tasks.data.RandomStreams;
import org.polyak.tasks.data.TokenBatch;
import org.polyak.tasks.report.Metric;
import org.polyak.tasks.report.Samples;

/** Learns to repeat a word. */
final class CopyLearning implements LearningTask {
  /** Batches of an evaluation, as in the paper's released code. */
  private static final int TEST_BATCHES = 20;

  private final CopyTask task;
  private final int batchSize;
  private final Generator data;

  CopyLearning(TaskConfig.Copy config, int batchSize, Generator data) {
    this.task = new CopyTask(config.symbols(), config.maxLength(), config.layout(), config.mask());
    this.batchSize = batchSize;
    this.data = data;
  }

  @Override
  public Metric metric() {
    return Metric.ACCURACY;
  }

  @Override
  public int vocabulary() {
    return task.vocabulary();
  }

  @Override
  public int outputs() {
    return task.vocabulary();
  }

  @Override
  public int maximumLength() {
    return task.maximumLength();
  }

  @Override
  public BatchSource training() {
    return task.batches(batchSize, Streams.of(data, "training"));
  }

  @Override
  public EvaluationSet evaluation() {
    return new EvaluationSet(TEST_BATCHES, task.batches(batchSize, Streams.of(data, "test")));
  }

  @Override
  public Variable losses(Ops ops, Variable outputs, TokenBatch batch) {
    return CategoricalLoss.of(ops, outputs, batch);
  }

  @Override
  public String sampleName() {
    return "words";
  }

  @Override
  public double metricSum(Ops ops, Variable outputs, TokenBatch batch, double lossSum) {
    float[] logits = ops.toFloats(outputs);
    CategoricalSampler likeliest = new CategoricalSampler(0);
    double right = 0;
    for (int i = 0; i < batch.targets().length; i++) {
      if (batch.mask()[i] > 0
          && likeliest.sample(logits, i, vocabulary(), data) == batch.targets()[i]) {
        right += batch.mask()[i];
      }
    }
    return right;
  }

  /** Words, what the model made of them, and whether it is right. */
  @Override
  public Samples generate(TrainedModel model, GenerationRequest request) {
    RandomStreams streams = Streams.of(Generator.ofSeed(request.seed()), "words");
    TokenBatch words = task.batches(request.count(), streams).batch(0);
    Generator draws = Generator.ofSeed(request.seed()).split("generation");
    CategoricalSampler sampler = new CategoricalSampler(request.temperature());
    List<String> texts = new ArrayList<>();
    for (int row = 0; row < request.count(); row++) {
      int[] sequence =
          Arrays.copyOfRange(words.inputs(), row * words.length(), (row + 1) * words.length());
      texts.add(continuation(model, sequence, sampler, draws));
    }
    return new Samples.Texts(texts);
  }

  private String continuation(
      TrainedModel model, int[] sequence, CategoricalSampler sampler, Generator draws) {
    int start = sequence[0] == 0 ? 1 : 0;
    int separator = start;
    while (sequence[separator] != 0) {
      separator++;
    }
    int[] word = Arrays.copyOfRange(sequence, start, separator);
    int[] copy = new int[word.length];
    try (StepDecoder decoder = model.decoder(1)) {
      float[] outputs = {};
      for (int i = 0; i <= separator; i++) {
        outputs = decoder.step(sequence[i]);
      }
      for (int i = 0; i < copy.length; i++) {
        copy[i] = sampler.sample(outputs, 0, vocabulary(), draws);
        outputs = decoder.step(copy[i]);
      }
    }
    return "%s -> %s  %s"
        .formatted(text(word), text(copy), Arrays.equals(word, copy) ? "right" : "wrong");
  }

  private static String text(int[] word) {
    StringBuilder text = new StringBuilder();
    for (int symbol : word) {
      text.append(text.isEmpty() ? "" : " ").append(symbol);
    }
    return text.toString();
  }
}
