package org.polyak.tasks.train;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
import org.polyak.tasks.data.ByteCorpus;
import org.polyak.tasks.data.DataFolders;
import org.polyak.tasks.data.DataSets;
import org.polyak.tasks.data.EvaluationSet;
import org.polyak.tasks.data.TokenBatch;
import org.polyak.tasks.report.Metric;
import org.polyak.tasks.report.Samples;

/** Learns a text byte by byte. */
final class TextLearning implements LearningTask {
  private static final String BEGINNING = "\n";

  /** Tokens of a sample, in contexts. */
  private static final int CONTEXTS = 2;

  private final int context;
  private final int batchSize;
  private final Generator data;
  private final ByteCorpus corpus;

  TextLearning(TaskConfig.Text config, int batchSize, Generator data, DataFolders folders) {
    this.context = config.context();
    this.batchSize = batchSize;
    this.data = data;
    Path path =
        config.path().isEmpty()
            ? folders.require(DataSets.TINY_SHAKESPEARE, DataSets.SHAKESPEARE_TEXT)
            : Path.of(config.path());
    this.corpus = ByteCorpus.read(path, config.validationFraction(), context + 1);
  }

  @Override
  public Metric metric() {
    return Metric.BITS_PER_BYTE;
  }

  @Override
  public int vocabulary() {
    return ByteCorpus.VOCABULARY;
  }

  @Override
  public int outputs() {
    return ByteCorpus.VOCABULARY;
  }

  @Override
  public int maximumLength() {
    return context;
  }

  @Override
  public BatchSource training() {
    return corpus.trainingBatches(batchSize, context, Streams.of(data, "windows"));
  }

  @Override
  public EvaluationSet evaluation() {
    return corpus.validationBatches(batchSize, context);
  }

  @Override
  public Variable losses(Ops ops, Variable outputs, TokenBatch batch) {
    return CategoricalLoss.of(ops, outputs, batch);
  }

  @Override
  public String sampleName() {
    return "texts";
  }

  @Override
  public double metricSum(Ops ops, Variable outputs, TokenBatch batch, double lossSum) {
    return lossSum / Math.log(2);
  }

  @Override
  public Samples generate(TrainedModel model, GenerationRequest request) {
    CategoricalSampler sampler = new CategoricalSampler(request.temperature());
    String beginning = request.prompt().isEmpty() ? BEGINNING : request.prompt();
    byte[] prompt = beginning.getBytes(StandardCharsets.UTF_8);
    int length = request.length() > 0 ? request.length() : CONTEXTS * context;
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < request.count(); i++) {
      Generator draws =
          Generator.ofSeed(request.seed()).split("generation").split(Integer.toString(i));
      byte[] text = generate(model, prompt, length, sampler, draws);
      texts.add(new String(text, StandardCharsets.UTF_8).strip());
    }
    return new Samples.Texts(texts);
  }

  /**
   * Continues a prompt. Positions are known up to the context's length: where it is full, a new
   * state begins from the last half of it.
   */
  private byte[] generate(
      TrainedModel model, byte[] prompt, int length, CategoricalSampler sampler, Generator draws) {
    byte[] text = Arrays.copyOf(prompt, prompt.length + length);
    int written = prompt.length;
    while (written < text.length) {
      int seen = Math.min(written, Math.max(1, context / 2));
      try (StepDecoder decoder = model.decoder(1)) {
        float[] outputs = {};
        for (int i = written - seen; i < written; i++) {
          outputs = decoder.step(text[i] & 0xff);
        }
        while (written < text.length) {
          text[written] = (byte) sampler.sample(outputs, 0, outputs(), draws);
          written++;
          if (decoder.position() >= context) {
            break;
          }
          outputs = decoder.step(text[written - 1] & 0xff);
        }
      }
    }
    return text;
  }
}
