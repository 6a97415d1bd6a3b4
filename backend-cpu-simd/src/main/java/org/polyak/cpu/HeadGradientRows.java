package org.polyak.cpu;

import java.util.Arrays;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.Normaliser;

/**
 * The rows of one task's heads that the backward pass works on: loads of mapped queries and keys,
 * values and numerator gradients, forwards or backwards in time, and the stores of gradients.
 * Blocks are given by their first token and their number of tokens, whatever the direction.
 */
final class HeadGradientRows {
  private final AttentionSpec spec;
  private final HeadRows rows;
  private final HeadShape shape;
  private final HeadGroups groups;
  private final GradientBlock block;

  /** dd of every query of each head: computed once, wanted in both directions. */
  private final float[][] denominators;

  private AttentionBackward.Task task;
  private Places places;
  private int group;
  private int length;

  /** Where the tensors of a pass keep the rows of its heads. */
  private record Places(
      HeadTensor queries,
      HeadTensor keys,
      HeadTensor values,
      HeadTensor outGradient,
      HeadTensor queryGradient,
      HeadTensor keyGradient,
      HeadTensor valueGradient,
      FloatSpan saved) {
    static Places of(AttentionBackward.Task task) {
      return new Places(
          HeadTensor.of(task.inputs().queries()),
          HeadTensor.of(task.inputs().keys()),
          HeadTensor.of(task.inputs().values()),
          HeadTensor.of(task.outGradient()),
          HeadTensor.of(task.gradients().queries()),
          HeadTensor.of(task.gradients().keys()),
          HeadTensor.of(task.gradients().values()),
          FloatSpan.of(task.saved()));
    }
  }

  HeadGradientRows(
      AttentionSpec spec,
      HeadRows rows,
      AttentionBackward.Task task,
      HeadGroups groups,
      GradientBlock block,
      Scratch scratch) {
    this.spec = spec;
    this.rows = rows;
    this.task = task;
    this.places = Places.of(task);
    this.shape = task.shape();
    this.groups = groups;
    this.block = block;
    denominators = scratch.take(groups.perTask(), hasKeySum() ? shape.queries() : 0);
  }

  /** Goes on to other heads, perhaps of another pass. */
  @SuppressWarnings("ReferenceEquality") // one task object is one pass
  void moveTo(AttentionBackward.Task next, int group) {
    if (task != next) {
      task = next;
      places = Places.of(next);
    }
    this.group = group;
    length = shape.length(task.inputs().keyLengths(), groups.sequence(group));
  }

  HeadShape shape() {
    return shape;
  }

  AttentionBackward.Task task() {
    return task;
  }

  /** The rows at work. */
  GradientBlock block() {
    return block;
  }

  /** Number of heads. */
  int heads() {
    return groups.perTask();
  }

  /** Number of a head, counted through the batch. */
  int index(int head) {
    return groups.index(group) + head;
  }

  /** Number of keys that are no padding. */
  int length() {
    return length;
  }

  boolean hasKeySum() {
    return spec.normaliser() instanceof Normaliser.KeySum;
  }

  /** φ(q). */
  void loadQueries(int from, int count, boolean backwards, HeadLayout layout) {
    map(places.queries(), from, count, 0, backwards, layout, block.q());
  }

  /** φ(k), and v times factors; padding is zero, whatever the tensors hold there. */
  void loadKeysAndValues(
      int from, int count, boolean backwards, float[][] valueFactors, HeadLayout layout) {
    int real = Math.clamp(length - from, 0, count);
    int firstReal = backwards ? count - real : 0;
    int firstPadding = backwards ? 0 : real;
    int padding = count - real;
    map(places.keys(), from, real, firstReal, backwards, layout, block.k());
    scale(places.values(), from, real, firstReal, backwards, valueFactors, layout, block.v());
    for (int h = 0; h < heads(); h++) {
      layout.keys().clear(block.k()[h], firstPadding, padding);
      layout.values().clear(block.v()[h], firstPadding, padding);
    }
  }

  /**
   * With a sum of keys: dd of these queries, kept for all later loads. It is {@code −dO·out/d =
   * −φ(q)·s dN/d}, and {@code s dN} is the gradient that is there already.
   */
  void computeDenominators(int head, int from, int count, HeadLayout layout) {
    rows.denominatorGradients(
        count,
        layout.keys(),
        block.q()[head],
        block.keyGradient()[head],
        block.reciprocals()[head],
        block.denominator()[head]);
    System.arraycopy(block.denominator()[head], 0, denominators[head], from, count);
  }

  /** {@code dN = dO/d} and, with a sum of keys, 1/d and what is known of dd. */
  void loadOutGradients(int from, int count, boolean backwards, HeadLayout layout) {
    float[][] factors =
        switch (spec.normaliser()) {
          case Normaliser.None() -> block.ones();
          case Normaliser.SquareRootLength() -> {
            for (float[] reciprocals : block.reciprocals()) {
              Arrays.fill(reciprocals, 0, count, (float) (1 / Math.sqrt(shape.keys())));
            }
            yield block.reciprocals();
          }
          case Normaliser.KeySum(double epsilon) -> {
            loadDenominators(from, count, backwards);
            yield block.reciprocals();
          }
        };
    scale(places.outGradient(), from, count, 0, backwards, factors, layout, block.numerator());
  }

  private void loadDenominators(int from, int count, boolean backwards) {
    FloatSpan saved = places.saved();
    for (int h = 0; h < heads(); h++) {
      int at = saved.offset() + index(h) * shape.queries();
      for (int row = 0; row < count; row++) {
        int token = from + (backwards ? count - 1 - row : row);
        block.reciprocals()[h][row] = 1 / saved.data()[at + token];
        block.denominator()[h][row] = denominators[h][token];
      }
    }
  }

  /** {@code sum += φ(k_t)}; {@code gradient_t += dd_t · sum}; then gradients for the queries. */
  void addKeySums(int head, int count, float[] sum) {
    rows.completeGradients(
        spec.featureMap(),
        count,
        block.scanned().keys(),
        block.k()[head],
        block.ones()[head],
        sum,
        block.denominator()[head],
        block.q()[head],
        block.keyGradient()[head]);
  }

  /** {@code gradient_t += dd_t · sum} for a sum that stands still. */
  void addKeySum(int head, int count, float[] sum) {
    int stride = shape.keyStride();
    float[] gradient = block.keyGradient()[head];
    for (int t = 0; t < count; t++) {
      float factor = block.denominator()[head][t];
      for (int i = 0; i < stride; i++) {
        gradient[t * stride + i] = Math.fma(factor, sum[i], gradient[t * stride + i]);
      }
    }
  }

  /** {@code sum += dd_t φ(q_t)}; {@code gradient_t += sum}; then gradients for the keys. */
  void addQuerySums(int head, int count, float[] sum) {
    rows.completeGradients(
        spec.featureMap(),
        count,
        block.scanned().keys(),
        block.q()[head],
        block.denominator()[head],
        sum,
        block.ones()[head],
        block.k()[head],
        block.keyGradient()[head]);
  }

  /** {@code sum += Σ_t dd_t φ(q_t)}. */
  void sumQueries(int head, int count, float[] sum) {
    rows.weightedSum(count, block.dense().keys(), block.q()[head], block.denominator()[head], sum);
  }

  /** {@code sum += Σ_t φ(k_t)}. */
  void sumKeys(int head, int count, float[] sum) {
    rows.weightedSum(count, block.dense().keys(), block.k()[head], block.ones()[head], sum);
  }

  /** Stores gradients for the queries. */
  void storeQueryGradients(int from, int count, HeadLayout layout) {
    HeadTensor to = places.queryGradient();
    store(block.keyGradient(), layout.keys(), to, from, count, 0, false, block.ones());
  }

  /** Stores gradients for the keys; padding gets zero. */
  void storeKeyGradients(int from, int count, boolean backwards, HeadLayout layout) {
    storeReal(
        block.keyGradient(),
        layout.keys(),
        places.keyGradient(),
        from,
        count,
        backwards,
        block.ones());
  }

  /** Stores gradients for the values times factors; padding gets zero. */
  void storeValueGradients(
      int from, int count, boolean backwards, float[][] factors, HeadLayout layout) {
    storeReal(
        block.valueGradient(),
        layout.values(),
        places.valueGradient(),
        from,
        count,
        backwards,
        factors);
  }

  /** Replaces gradients for φ(q) by gradients for the queries. */
  void chainQueries(int head, int count, HeadLayout layout) {
    chain(count, layout, block.q()[head], block.keyGradient()[head]);
  }

  /** Replaces gradients for φ(k) by gradients for the keys. */
  void chainKeys(int head, int count, HeadLayout layout) {
    chain(count, layout, block.k()[head], block.keyGradient()[head]);
  }

  private void chain(int count, HeadLayout layout, float[] mapped, float[] gradients) {
    rows.chain(spec.featureMap(), count, layout.keys(), mapped, gradients);
  }

  /** Sets the gradients of keys and values from a token on to zero. */
  void clearKeysAndValues(int from) {
    clear(places.keyGradient(), from);
    clear(places.valueGradient(), from);
  }

  private void clear(HeadTensor tensor, int from) {
    for (int row = from; row < shape.keys(); row++) {
      int at = tensor.at(groups.sequence(group), row, groups.first(group));
      Arrays.fill(tensor.data(), at, at + heads() * tensor.width(), 0);
    }
  }

  private void map(
      HeadTensor place,
      int from,
      int count,
      int firstRow,
      boolean backwards,
      HeadLayout layout,
      float[][] to) {
    if (count > 0) {
      rows.load(
          spec.featureMap(),
          count,
          place.width(),
          place.data(),
          place.at(groups.sequence(group), from, groups.first(group)),
          place.rowStride(),
          to,
          backwards ? firstRow + count - 1 : firstRow,
          backwards ? -1 : 1,
          layout.keys());
    }
  }

  private void scale(
      HeadTensor place,
      int from,
      int count,
      int firstRow,
      boolean backwards,
      float[][] factors,
      HeadLayout layout,
      float[][] to) {
    if (count > 0) {
      rows.loadScaled(
          count,
          place.width(),
          place.data(),
          place.at(groups.sequence(group), from, groups.first(group)),
          place.rowStride(),
          factors,
          to,
          backwards ? firstRow + count - 1 : firstRow,
          backwards ? -1 : 1,
          layout.values());
    }
  }

  private void storeReal(
      float[][] gradients,
      RowLayout layout,
      HeadTensor place,
      int from,
      int count,
      boolean backwards,
      float[][] factors) {
    int real = Math.clamp(length - from, 0, count);
    int firstRow = backwards ? count - real : 0;
    store(gradients, layout, place, from, real, firstRow, backwards, factors);
  }

  private void store(
      float[][] from,
      RowLayout layout,
      HeadTensor place,
      int first,
      int count,
      int firstRow,
      boolean backwards,
      float[][] factors) {
    if (count > 0) {
      rows.store(
          count,
          place.width(),
          from,
          backwards ? firstRow + count - 1 : firstRow,
          backwards ? -1 : 1,
          layout,
          factors,
          place.data(),
          place.at(groups.sequence(group), first, groups.first(group)),
          place.rowStride());
    }
  }
}
