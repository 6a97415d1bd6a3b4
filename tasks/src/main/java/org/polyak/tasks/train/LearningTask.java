package org.polyak.tasks.train;

import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.random.Generator;
import org.polyak.tasks.config.RunConfig;
import org.polyak.tasks.config.TaskConfig;
import org.polyak.tasks.data.BatchSource;
import org.polyak.tasks.data.DataFolders;
import org.polyak.tasks.data.EvaluationSet;
import org.polyak.tasks.data.TokenBatch;
import org.polyak.tasks.report.Metric;
import org.polyak.tasks.report.Samples;

/** What a task needs to say to be trained, evaluated and sampled from. */
public sealed interface LearningTask permits CopyLearning, MnistLearning, TextLearning {
  /** What tells how good a model is. */
  Metric metric();

  /** Number of different tokens. */
  int vocabulary();

  /** Channels of the model's head. */
  int outputs();

  /** The longest sequence. */
  int maximumLength();

  /** The batches to train on. */
  BatchSource training();

  /** All batches to evaluate on. */
  EvaluationSet evaluation();

  /**
   * The loss of each position, in nats; 0 for positions that are not scored.
   *
   * @param outputs of the model, {@code [B·N, outputs]}
   * @return {@code [B·N]}
   */
  Variable losses(Ops ops, Variable outputs, TokenBatch batch);

  /**
   * The sum of the metric over the scored positions.
   *
   * @param ops where the outputs were computed
   * @param outputs of the model, {@code [B·N, outputs]}
   * @param lossSum the sum of the losses
   */
  double metricSum(Ops ops, Variable outputs, TokenBatch batch, double lossSum);

  /** What samples are called, in the plural. */
  String sampleName();

  /** How many sequences a decoder takes at the same time when it generates. */
  default int together(GenerationRequest request) {
    return 1;
  }

  /**
   * Generates samples.
   *
   * @param model the trained model
   * @param request how many and how
   */
  Samples generate(TrainedModel model, GenerationRequest request);

  /**
   * The task of some settings, with its data read.
   *
   * @param run the settings
   * @param folders where data sets are
   */
  static LearningTask of(RunConfig run, DataFolders folders) {
    Generator data = Generator.ofSeed(run.seed()).split("data");
    int batchSize = run.train().batchSize();
    return switch (run.task()) {
      case TaskConfig.Copy copy -> new CopyLearning(copy, batchSize, data);
      case TaskConfig.Mnist mnist -> new MnistLearning(mnist, batchSize, data, folders);
      case TaskConfig.Text text -> new TextLearning(text, batchSize, data, folders);
    };
  }
}
