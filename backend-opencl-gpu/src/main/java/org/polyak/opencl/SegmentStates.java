package org.polyak.opencl;

import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionState;

/**
 * The states at the starts of segments, forward or backward in time: what each segment adds, all at
 * the same time, then a scan over segments.
 */
final class SegmentStates {
  private static final int SCAN_GROUP = 64;

  private final OpenClDevice device;
  private final SegmentPrograms programs;

  SegmentStates(OpenClDevice device, SegmentPrograms programs) {
    this.device = device;
    this.programs = programs;
  }

  /**
   * One direction of time.
   *
   * @param reading the program with its x and y
   * @param rows x
   * @param columns y
   * @param weights dd for backward; any tensor otherwise
   * @param start the carried state, or the last state's gradient; null for zeros
   * @param end receives the last state, or the initial state's gradient; null when not wanted
   */
  record Pass(
      Reading reading,
      Tensor rows,
      Tensor columns,
      Tensor weights,
      @Nullable AttentionState start,
      @Nullable AttentionState end) {}

  /** Fills in the states at the starts of segments, and the end. */
  void compute(Pass pass, AttentionInputs inputs, Segments segments, Filter filter, Tensor states) {
    int summarised = pass.end() == null ? segments.count() - 1 : segments.count();
    if (summarised > 0) {
      summarise(pass, inputs, segments, summarised, filter, states);
    }
    scan(pass, inputs, segments, filter, states);
  }

  private void summarise(
      Pass pass,
      AttentionInputs inputs,
      Segments segments,
      int summarised,
      Filter filter,
      Tensor states) {
    int channels = inputs.keyDim();
    Kernel kernel = programs.kernel(SegmentSource.STATES, pass.reading(), channels, "summarise");
    Arguments.tokens(kernel, pass.rows());
    Arguments.tokens(kernel, pass.columns());
    Arguments.contiguous(kernel, pass.weights())
        .integer(inputs.heads())
        .integer(inputs.queryCount())
        .integer(segments.length())
        .integer(segments.count())
        .integer(summarised)
        .real((float) filter.beta())
        .real((float) filter.limit())
        .integer(filter.memory());
    long groups = (long) inputs.batch() * inputs.heads() * summarised;
    Arguments.contiguous(kernel, states).launch(device.queue(), groups * channels, channels);
  }

  private void scan(
      Pass pass, AttentionInputs inputs, Segments segments, Filter filter, Tensor states) {
    int channels = inputs.keyDim();
    int last = segments.lastLength(inputs.queryCount());
    Conversion conversion = Conversion.of(pass.reading(), filter);
    Kernel kernel = programs.kernel(SegmentSource.STATES, pass.reading(), channels, "scan");
    Arguments.contiguous(kernel, states)
        .integer(segments.count())
        .real((float) filter.decay(segments.length()))
        .real((float) filter.reach(segments.length()))
        .real((float) filter.decay(last))
        .real((float) filter.reach(last));
    SegmentPrograms.state(kernel, pass.start(), states);
    kernel
        .real((float) conversion.rFromS())
        .real((float) conversion.rFromM())
        .real((float) conversion.gFromS())
        .real((float) conversion.gFromM());
    SegmentPrograms.state(kernel, pass.end(), states);
    int heads = inputs.batch() * inputs.heads();
    long items = (long) heads * (channels * channels + channels);
    kernel
        .real((float) conversion.sFromR())
        .real((float) conversion.sFromG())
        .real((float) conversion.mFromR())
        .integer(heads)
        .launch(device.queue(), Groups.cover(items, SCAN_GROUP), SCAN_GROUP);
  }

  /**
   * Between the state of eq. 12 and that of the filter. Forward, r is S / γ, and g is what keeps
   * moving r as m does S. Backward, g is the gradient for S and β γ r that for −m, by the scale of
   * a numerator; without momentum r is the gradient for S.
   */
  private record Conversion(
      double rFromS,
      double rFromM,
      double gFromS,
      double gFromM,
      double sFromR,
      double sFromG,
      double mFromR) {
    static Conversion of(Reading reading, Filter filter) {
      double beta = filter.beta();
      double gamma = filter.gamma();
      double scale = filter.scale();
      if (reading == Reading.OUTPUT) {
        return new Conversion(1 / gamma, 0, (1 - beta) / gamma, -beta, gamma, 0, 0);
      }
      return filter.momentum()
          ? new Conversion(
              0, -1 / (beta * gamma * scale), 1 / scale, 0, 0, scale, -beta * gamma * scale)
          : new Conversion(1 / scale, 0, 0, 0, scale, 0, 0);
    }
  }
}
