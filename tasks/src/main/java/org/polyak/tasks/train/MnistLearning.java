package org.polyak.tasks.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.models.LogisticMixtureSampler;
import org.polyak.nn.models.StepDecoder;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.random.Generator;
import org.polyak.tasks.config.TaskConfig;
import org.polyak.tasks.data.BatchSource;
import org.polyak.tasks.data.DataFolders;
import org.polyak.tasks.data.DataSets;
import org.polyak.tasks.data.EvaluationSet;
import org.polyak.tasks.data.MnistImages;
import org.polyak.tasks.data.TokenBatch;
import org.polyak.tasks.report.Metric;
import org.polyak.tasks.report.SampleGrid;
import org.polyak.tasks.report.Samples;

/** Learns to draw digits, pixel by pixel. */
final class MnistLearning implements LearningTask {
  /** The first byte is never modelled: the first pixel of every MNIST image is black. */
  private static final int FIRST_BYTE = 0;

  private final int mixtures;
  private final int batchSize;
  private final Generator data;
  private final MnistImages trainingImages;
  private final MnistImages testImages;

  MnistLearning(TaskConfig.Mnist config, int batchSize, Generator data, DataFolders folders) {
    this.mixtures = config.mixtures();
    this.batchSize = batchSize;
    this.data = data;
    this.trainingImages =
        MnistImages.read(
            folders.require(DataSets.MNIST, DataSets.MNIST_TRAINING_IMAGES), config.trainImages());
    this.testImages =
        MnistImages.read(
            folders.require(DataSets.MNIST, DataSets.MNIST_TEST_IMAGES), config.testImages());
  }

  @Override
  public Metric metric() {
    return Metric.BITS_PER_DIM;
  }

  @Override
  public int vocabulary() {
    return 256;
  }

  @Override
  public int outputs() {
    return 3 * mixtures;
  }

  @Override
  public int maximumLength() {
    return trainingImages.length();
  }

  @Override
  public BatchSource training() {
    return trainingImages.shuffled(batchSize, Streams.of(data, "epochs"));
  }

  @Override
  public EvaluationSet evaluation() {
    return testImages.ordered(batchSize);
  }

  @Override
  public Variable losses(Ops ops, Variable outputs, TokenBatch batch) {
    float[] levels = new float[batch.targets().length];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (float) (2.0 * batch.targets()[i] / 255 - 1);
    }
    return ops.logisticMixture(outputs, ops.constant(levels, levels.length));
  }

  @Override
  public String sampleName() {
    return "images";
  }

  @Override
  public double metricSum(Ops ops, Variable outputs, TokenBatch batch, double lossSum) {
    return lossSum / Math.log(2);
  }

  @Override
  public int together(GenerationRequest request) {
    return Math.min(request.count(), request.batch());
  }

  /**
   * Batch by batch; the temperature does not apply. Every image has draws of its own, so that they
   * depend neither on the batch nor on the threads that share it out.
   */
  @Override
  public Samples generate(TrainedModel model, GenerationRequest request) {
    Generator draws = Generator.ofSeed(request.seed()).split("generation");
    List<byte[]> images = new ArrayList<>();
    while (images.size() < request.count()) {
      int batch = Math.min(request.count() - images.size(), together(request));
      Generator[] streams = new Generator[batch];
      for (int i = 0; i < batch; i++) {
        streams[i] = draws.split(Integer.toString(images.size() + i));
      }
      images.addAll(List.of(generate(model, streams)));
    }
    return new Samples.Images(
        new SampleGrid(MnistImages.EDGE, images), images.size() + " generated digits");
  }

  /** An image from each stream of draws. */
  private byte[][] generate(TrainedModel model, Generator[] streams) {
    LogisticMixtureSampler sampler = new LogisticMixtureSampler(LogisticMixtureSampler.Scale.LOSS);
    byte[][] images = new byte[streams.length][MnistImages.EDGE * MnistImages.EDGE];
    int[] current = new int[streams.length];
    Arrays.fill(current, FIRST_BYTE);
    try (StepDecoder decoder = model.decoder(streams.length)) {
      for (int pixel = 1; pixel <= maximumLength(); pixel++) {
        float[] outputs = decoder.step(current);
        int place = pixel;
        IntStream.range(0, streams.length)
            .parallel()
            .forEach(i -> {
              current[i] = sampler.sample(outputs, i, outputs(), streams[i]);
              images[i][place] = (byte) current[i];
            });
      }
    }
    return images;
  }
}
