package org.polyak.cpu;

import java.util.Arrays;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;

/**
 * The rows of one head that the backward pass works on: loads of mapped queries and keys, values
 * and numerator gradients, forwards or backwards in time, and the stores of gradients. Blocks are
 * given by their first token and their number of tokens, whatever the direction.
 */
final class HeadGradientRows {
  private final AttentionSpec spec;
  private final HeadRows rows;
  private final AttentionBackward.Task task;
  private final HeadShape shape;
  private final int index;
  private final int sequence;
  private final int head;
  private final int length;
  private final HeadTensor out;
  private final HeadTensor outGradient;

  private final float[] q;
  private final float[] k;
  private final float[] v;
  private final float[] numerator;
  private final float[] denominator;
  private final float[] reciprocals;
  private final float[] ones;

  HeadGradientRows(
      AttentionSpec spec,
      HeadRows rows,
      AttentionBackward.Task task,
      int index,
      GradientBlock block) {
    this.spec = spec;
    this.rows = rows;
    this.task = task;
    this.shape = task.shape();
    this.index = index;
    sequence = index / shape.heads();
    head = index % shape.heads();
    length = shape.length(task.inputs().keyLengths(), sequence);
    out = HeadTensor.of(task.out());
    outGradient = HeadTensor.of(task.outGradient());
    q = block.q();
    k = block.k();
    v = block.v();
    numerator = block.numerator();
    denominator = block.denominator();
    reciprocals = block.reciprocals();
    ones = block.ones();
  }

  HeadShape shape() {
    return shape;
  }

  AttentionBackward.Task task() {
    return task;
  }

  /** Number of the head, counted through the batch. */
  int index() {
    return index;
  }

  /** Number of keys that are no padding. */
  int length() {
    return length;
  }

  boolean hasKeySum() {
    return spec.normaliser() instanceof Normaliser.KeySum;
  }

  void loadQueries(int from, int count, boolean backwards) {
    load(
        spec.featureMap(),
        task.inputs().queries(),
        from,
        count,
        0,
        backwards,
        q,
        shape.keyStride());
  }

  /** Keys and values; padding is zero, whatever the tensors hold there. */
  void loadKeysAndValues(int from, int count, boolean backwards) {
    int real = Math.clamp(length - from, 0, count);
    int firstReal = backwards ? count - real : 0;
    int firstPadding = backwards ? 0 : real;
    int padding = count - real;
    load(
        spec.featureMap(),
        task.inputs().keys(),
        from,
        real,
        firstReal,
        backwards,
        k,
        shape.keyStride());
    load(
        FeatureMap.IDENTITY,
        task.inputs().values(),
        from,
        real,
        firstReal,
        backwards,
        v,
        shape.valueStride());
    Arrays.fill(
        k, firstPadding * shape.keyStride(), (firstPadding + padding) * shape.keyStride(), 0);
    Arrays.fill(
        v, firstPadding * shape.valueStride(), (firstPadding + padding) * shape.valueStride(), 0);
  }

  /** dN and, with a sum of keys, dd: {@code dN = dO/d}, {@code dd = −dO·out/d}. */
  void loadOutGradients(int from, int count, boolean backwards) {
    load(
        FeatureMap.IDENTITY,
        task.outGradient(),
        from,
        count,
        0,
        backwards,
        numerator,
        shape.valueStride());
    switch (spec.normaliser()) {
      case Normaliser.None() -> {
        return;
      }
      case Normaliser.SquareRootLength() ->
          Arrays.fill(reciprocals, 0, count, (float) (1 / Math.sqrt(shape.keys())));
      case Normaliser.KeySum(double epsilon) -> loadDenominators(from, count, backwards);
    }
    int stride = shape.valueStride();
    rows.store(count, stride, numerator, 0, stride, reciprocals, numerator, 0, stride);
  }

  private void loadDenominators(int from, int count, boolean backwards) {
    FloatSpan saved = FloatSpan.of(task.saved());
    int first = saved.offset() + index * shape.queries() + from;
    int row = backwards ? from + count - 1 : from;
    int direction = backwards ? -1 : 1;
    rows.dots(
        count,
        shape.valueDim(),
        outGradient.data(),
        outGradient.at(sequence, row, head),
        direction * outGradient.rowStride(),
        out.data(),
        out.at(sequence, row, head),
        direction * out.rowStride(),
        denominator);
    for (int t = 0; t < count; t++) {
      reciprocals[t] = 1 / saved.data()[first + (backwards ? count - 1 - t : t)];
      denominator[t] *= -reciprocals[t];
    }
  }

  /** {@code sum += key_t}; {@code gradient_t += dd_t · sum}. */
  void addKeySums(int count, float[] sum, float[] gradient) {
    rows.runningSum(count, shape.keyStride(), k, ones, sum, denominator, gradient);
  }

  /** {@code gradient_t += dd_t · sum} for a sum that stands still. */
  void addKeySum(int count, float[] sum, float[] gradient) {
    int stride = shape.keyStride();
    for (int t = 0; t < count; t++) {
      for (int i = 0; i < stride; i++) {
        gradient[t * stride + i] = Math.fma(denominator[t], sum[i], gradient[t * stride + i]);
      }
    }
  }

  /** {@code sum += dd_t φ(q_t)}; {@code gradient_t += sum}. */
  void addQuerySums(int count, float[] sum, float[] gradient) {
    rows.runningSum(count, shape.keyStride(), q, denominator, sum, ones, gradient);
  }

  /** {@code sum += Σ_t dd_t φ(q_t)}. */
  void sumQueries(int count, float[] sum) {
    int stride = shape.keyStride();
    for (int t = 0; t < count; t++) {
      for (int i = 0; i < stride; i++) {
        sum[i] = Math.fma(denominator[t], q[t * stride + i], sum[i]);
      }
    }
  }

  /** {@code sum += Σ_t φ(k_t)}. */
  void sumKeys(int count, float[] sum) {
    int stride = shape.keyStride();
    for (int t = 0; t < count; t++) {
      for (int i = 0; i < stride; i++) {
        sum[i] += k[t * stride + i];
      }
    }
  }

  /** Stores gradients for φ(q) as gradients for the queries. */
  void storeQueryGradients(int from, int count, float[] gradients) {
    loadQueries(from, count, false);
    rows.chain(spec.featureMap(), count, shape.keyStride(), q, gradients);
    store(gradients, shape.keyStride(), task.gradients().queries(), from, count, 0, false);
  }

  /** Stores gradients for φ(k) as gradients for the keys; padding gets zero. */
  void storeKeyGradients(int from, int count, boolean backwards, float[] gradients) {
    rows.chain(spec.featureMap(), count, shape.keyStride(), k, gradients);
    storeReal(gradients, shape.keyStride(), task.gradients().keys(), from, count, backwards);
  }

  /** Stores gradients for the values; padding gets zero. */
  void storeValueGradients(int from, int count, boolean backwards, float[] gradients) {
    storeReal(gradients, shape.valueStride(), task.gradients().values(), from, count, backwards);
  }

  /** Sets the gradients of keys and values from a token on to zero. */
  void clearKeysAndValues(int from) {
    clear(HeadTensor.of(task.gradients().keys()), from);
    clear(HeadTensor.of(task.gradients().values()), from);
  }

  private void clear(HeadTensor tensor, int from) {
    for (int row = from; row < shape.keys(); row++) {
      int at = tensor.at(sequence, row, head);
      Arrays.fill(tensor.data(), at, at + tensor.width(), 0);
    }
  }

  private void storeReal(
      float[] gradients, int stride, Tensor tensor, int from, int count, boolean backwards) {
    int real = Math.clamp(length - from, 0, count);
    store(gradients, stride, tensor, from, real, backwards ? count - real : 0, backwards);
  }

  private void load(
      FeatureMap map,
      Tensor tensor,
      int from,
      int count,
      int firstRow,
      boolean backwards,
      float[] to,
      int stride) {
    if (count == 0) {
      return;
    }
    HeadTensor place = HeadTensor.of(tensor);
    rows.load(
        map,
        count,
        place.width(),
        place.data(),
        place.at(sequence, backwards ? from + count - 1 : from, head),
        backwards ? -place.rowStride() : place.rowStride(),
        to,
        firstRow * stride,
        stride);
  }

  private void store(
      float[] from,
      int stride,
      Tensor tensor,
      int first,
      int count,
      int firstRow,
      boolean backwards) {
    if (count == 0) {
      return;
    }
    HeadTensor place = HeadTensor.of(tensor);
    rows.store(
        count,
        place.width(),
        from,
        firstRow * stride,
        stride,
        ones,
        place.data(),
        place.at(sequence, backwards ? first + count - 1 : first, head),
        backwards ? -place.rowStride() : place.rowStride());
  }
}
