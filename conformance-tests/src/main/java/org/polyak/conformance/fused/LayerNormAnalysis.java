package org.polyak.conformance.fused;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Rounded;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.Normalisation;

/**
 * Layer normalisation, forward and backward, with error bounds: two passes over each row, mean
 * first. What computes the variance as a difference of large numbers does not stay within them.
 */
final class LayerNormAnalysis {
  private final Array x;
  private final Array gain;
  private final @Nullable Array bias;
  private final double epsilon;
  private final Array outGradient;
  private final Array outErrors;
  private final Array saved;
  private final Array savedErrors;
  private final Array xErrors;
  private final Array gainErrors;
  private final Array biasErrors;

  LayerNormAnalysis(Array x, Array gain, @Nullable Array bias, double epsilon, Array outGradient) {
    this.x = x;
    this.gain = gain;
    this.bias = bias;
    this.epsilon = epsilon;
    this.outGradient = outGradient;
    int rows = x.extent(0);
    int width = x.extent(1);
    outErrors = Array.zerosLike(x);
    saved = Array.zeros(rows, 2);
    savedErrors = Array.zeros(rows, 2);
    xErrors = Array.zerosLike(x);
    List<List<Rounded>> forGain = columns(width);
    List<List<Rounded>> forBias = columns(width);
    for (int row = 0; row < rows; row++) {
      analyse(row, width, forGain, forBias);
    }
    gainErrors = errors(forGain);
    biasErrors = errors(forBias);
  }

  Expected out() {
    return Expected.analysed(
        Normalisation.forward(Normalisation.Kind.LAYER, x, gain, bias, epsilon), outErrors);
  }

  /** Mean and reciprocal deviation of each row. */
  Expected saved() {
    return Expected.analysed(saved, savedErrors);
  }

  Expected xGradient() {
    return Expected.analysed(gradients().x(), xErrors);
  }

  Expected gainGradient() {
    return Expected.analysed(gradients().gain(), gainErrors);
  }

  Expected biasGradient() {
    return Expected.analysed(gradients().bias(), biasErrors);
  }

  private Normalisation.Gradients gradients() {
    return Normalisation.backward(Normalisation.Kind.LAYER, x, gain, epsilon, outGradient);
  }

  private void analyse(
      int row, int width, List<List<Rounded>> forGain, List<List<Rounded>> forBias) {
    Rounded share = Rounded.constant(1.0 / width);
    List<Rounded> values = new ArrayList<>();
    List<Rounded> weighted = new ArrayList<>();
    for (int e = 0; e < width; e++) {
      values.add(Rounded.exact(x.get(row, e)));
      weighted.add(Rounded.exact(gain.get(e)).times(Rounded.exact(outGradient.get(row, e))));
    }
    Rounded mean = Rounded.sum(values).times(share);
    List<Rounded> centred = values.stream().map(v -> v.minus(mean)).toList();
    Rounded variance = Rounded.sum(centred.stream().map(c -> c.times(c)).toList()).times(share);
    Rounded deviation = variance.plus(Rounded.constant(epsilon)).squareRoot();
    List<Rounded> standard = centred.stream().map(c -> c.over(deviation)).toList();
    List<Rounded> products = new ArrayList<>();
    for (int e = 0; e < width; e++) {
      products.add(weighted.get(e).times(standard.get(e)));
    }
    Rounded meanGradient = Rounded.sum(weighted).times(share);
    Rounded meanProduct = Rounded.sum(products).times(share);
    put(mean, row, 0);
    put(Rounded.exact(1).over(deviation), row, 1);
    for (int e = 0; e < width; e++) {
      Rounded out = standard.get(e).times(Rounded.exact(gain.get(e)));
      Rounded shifted = bias == null ? out : out.plus(Rounded.exact(bias.get(e)));
      outErrors.set(shifted.error(), row, e);
      Rounded along = standard.get(e).times(meanProduct);
      Rounded inner = weighted.get(e).minus(meanGradient).minus(along);
      xErrors.set(inner.over(deviation).error(), row, e);
      Rounded cotangent = Rounded.exact(outGradient.get(row, e));
      forGain.get(e).add(cotangent.times(standard.get(e)));
      forBias.get(e).add(cotangent);
    }
  }

  private void put(Rounded number, int row, int column) {
    saved.set(number.value(), row, column);
    savedErrors.set(number.error(), row, column);
  }

  private static List<List<Rounded>> columns(int width) {
    List<List<Rounded>> columns = new ArrayList<>();
    for (int e = 0; e < width; e++) {
      columns.add(new ArrayList<>());
    }
    return columns;
  }

  private static Array errors(List<List<Rounded>> columns) {
    double[] errors = columns.stream().mapToDouble(c -> Rounded.sum(c).error()).toArray();
    return Array.of(errors, errors.length);
  }
}
