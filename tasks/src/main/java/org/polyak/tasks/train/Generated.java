package org.polyak.tasks.train;

import org.polyak.nn.models.StepDecoder;
import org.polyak.tasks.report.Samples;

/**
 * What was generated.
 *
 * @param samples to be looked at
 * @param together how many sequences at the same time, at most
 * @param startSeconds for one token that is forgotten: kernels are built then, and memory is taken
 * @param seconds that the samples took after that
 */
public record Generated(Samples samples, int together, double startSeconds, double seconds) {
  /**
   * Generates samples.
   *
   * @param task of the model
   * @param model the trained model
   * @param request how many and how
   */
  static Generated of(LearningTask task, TrainedModel model, GenerationRequest request) {
    long start = System.nanoTime();
    int together = task.together(request);
    try (StepDecoder decoder = model.decoder(together)) {
      decoder.step(new int[together]);
    }
    long ready = System.nanoTime();
    Samples samples = task.generate(model, request);
    double seconds = (System.nanoTime() - ready) * 1e-9;
    return new Generated(samples, together, (ready - start) * 1e-9, seconds);
  }
}
