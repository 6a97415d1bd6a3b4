package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link CrossEntropyRows} on the Vector API. All logits are taken relative to the row's largest.
 */
final class VectorCrossEntropyRows implements CrossEntropyRows {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  VectorCrossEntropyRows() {}

  @Override
  public float loss(float[] logits, int offset, int classes, int target, double smoothing) {
    float largest = largest(logits, offset, classes);
    double loss =
        Math.log(sumOfExponentials(logits, offset, classes, largest))
            - (1 - smoothing) * ((double) logits[offset + target] - largest);
    if (smoothing > 0) {
      loss -= smoothing * sumOfDifferences(logits, offset, classes, largest) / classes;
    }
    return (float) loss;
  }

  @Override
  public void gradient(
      float[] logits,
      int offset,
      int classes,
      int target,
      double smoothing,
      float lossGradient,
      float[] gradient,
      int gradientOffset) {
    float largest = largest(logits, offset, classes);
    float sum = sumOfExponentials(logits, offset, classes, largest);
    float uniform = (float) (smoothing / classes);
    int i = 0;
    for (int whole = S.loopBound(classes); i < whole; i += L) {
      VectorMath.exp(FloatVector.fromArray(S, logits, offset + i).sub(largest))
          .div(sum)
          .sub(uniform)
          .mul(lossGradient)
          .intoArray(gradient, gradientOffset + i);
    }
    if (i < classes) {
      VectorMask<Float> rest = S.indexInRange(i, classes);
      VectorMath.exp(FloatVector.fromArray(S, logits, offset + i, rest).sub(largest))
          .div(sum)
          .sub(uniform)
          .mul(lossGradient)
          .intoArray(gradient, gradientOffset + i, rest);
    }
    double probability = Math.exp((double) logits[offset + target] - largest) / sum;
    gradient[gradientOffset + target] =
        (float) (lossGradient * (probability - (1 - smoothing) - smoothing / classes));
  }

  private static float largest(float[] logits, int offset, int classes) {
    FloatVector largest = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (int whole = S.loopBound(classes); i < whole; i += L) {
      largest = largest.max(FloatVector.fromArray(S, logits, offset + i));
    }
    if (i < classes) {
      VectorMask<Float> rest = S.indexInRange(i, classes);
      largest =
          largest.lanewise(
              VectorOperators.MAX, FloatVector.fromArray(S, logits, offset + i, rest), rest);
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  private static float sumOfExponentials(float[] logits, int offset, int classes, float largest) {
    FloatVector sum = FloatVector.zero(S);
    int i = 0;
    for (int whole = S.loopBound(classes); i < whole; i += L) {
      sum = sum.add(VectorMath.exp(FloatVector.fromArray(S, logits, offset + i).sub(largest)));
    }
    if (i < classes) {
      VectorMask<Float> rest = S.indexInRange(i, classes);
      FloatVector x = FloatVector.fromArray(S, logits, offset + i, rest);
      sum = sum.add(VectorMath.exp(x.sub(largest)), rest);
    }
    return VectorMath.sum(sum);
  }

  private static float sumOfDifferences(float[] logits, int offset, int classes, float largest) {
    FloatVector sum = FloatVector.zero(S);
    int i = 0;
    for (int whole = S.loopBound(classes); i < whole; i += L) {
      sum = sum.add(FloatVector.fromArray(S, logits, offset + i).sub(largest));
    }
    if (i < classes) {
      VectorMask<Float> rest = S.indexInRange(i, classes);
      sum = sum.add(FloatVector.fromArray(S, logits, offset + i, rest).sub(largest), rest);
    }
    return VectorMath.sum(sum);
  }
}
