package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** {@link OptimizerLoops} on the Vector API. */
final class VectorOptimizerLoops implements OptimizerLoops {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  VectorOptimizerLoops() {}

  @Override
  public void descend(
      Descent step,
      float gradientScale,
      int count,
      float[] parameter,
      int parameterOffset,
      float[] gradient,
      int gradientOffset) {
    for (int i = 0; i < count; i += L) {
      VectorMask<Float> mask = S.indexInRange(i, count);
      FloatVector theta = FloatVector.fromArray(S, parameter, parameterOffset + i, mask);
      FloatVector g = FloatVector.fromArray(S, gradient, gradientOffset + i, mask);
      g = theta.mul(step.decay()).add(g.mul(gradientScale));
      theta.sub(g.mul(step.rate())).intoArray(parameter, parameterOffset + i, mask);
    }
  }

  @Override
  public void descend(
      Descent step,
      float gradientScale,
      int count,
      float[] parameter,
      int parameterOffset,
      float[] gradient,
      int gradientOffset,
      float[] buffer,
      int bufferOffset) {
    for (int i = 0; i < count; i += L) {
      VectorMask<Float> mask = S.indexInRange(i, count);
      FloatVector theta = FloatVector.fromArray(S, parameter, parameterOffset + i, mask);
      FloatVector g = FloatVector.fromArray(S, gradient, gradientOffset + i, mask);
      g = theta.mul(step.decay()).add(g.mul(gradientScale));
      FloatVector b = FloatVector.fromArray(S, buffer, bufferOffset + i, mask);
      b = b.mul(step.momentum()).add(g.mul(step.intake()));
      b.intoArray(buffer, bufferOffset + i, mask);
      FloatVector direction = step.nesterov() ? b.mul(step.momentum()).add(g) : b;
      theta.sub(direction.mul(step.rate())).intoArray(parameter, parameterOffset + i, mask);
    }
  }

  @Override
  public void adapt(
      Moments step,
      float gradientScale,
      int count,
      float[] parameter,
      int parameterOffset,
      float[] gradient,
      int gradientOffset,
      float[] first,
      int firstOffset,
      float[] second,
      int secondOffset) {
    for (int i = 0; i < count; i += L) {
      VectorMask<Float> mask = S.indexInRange(i, count);
      FloatVector theta = FloatVector.fromArray(S, parameter, parameterOffset + i, mask);
      FloatVector g = FloatVector.fromArray(S, gradient, gradientOffset + i, mask);
      g = theta.mul(step.decay()).add(g.mul(gradientScale));
      FloatVector m = FloatVector.fromArray(S, first, firstOffset + i, mask);
      m = m.mul(step.beta1()).add(g.mul(step.intake1()));
      m.intoArray(first, firstOffset + i, mask);
      FloatVector v = FloatVector.fromArray(S, second, secondOffset + i, mask);
      v = v.mul(step.beta2()).add(g.mul(g).mul(step.intake2()));
      v.intoArray(second, secondOffset + i, mask);
      FloatVector change = m.mul(step.rate());
      if (step.adaptive()) {
        change = change.div(v.sqrt().mul(step.rootScale()).add(step.epsilon()));
      }
      theta.mul(step.keep()).sub(change).intoArray(parameter, parameterOffset + i, mask);
    }
  }

  @Override
  public float squaredNorm(int count, float[] values, int offset) {
    FloatVector sum = FloatVector.zero(S);
    for (int i = 0; i < count; i += L) {
      FloatVector x = FloatVector.fromArray(S, values, offset + i, S.indexInRange(i, count));
      sum = x.fma(x, sum);
    }
    return VectorMath.sum(sum);
  }
}
