package org.polyak.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Elementary functions on vectors of any width, within four units in the last place ({@link #erf}:
 * eight).
 *
 * <p>They are written with additions, products and fused multiply-adds only, so a lane has the same
 * bits at every vector width, in the interpreter and in compiled code; the library functions behind
 * {@link VectorOperators#EXP} and its like do not promise that. NaN gives NaN; results below the
 * normal range are rounded, not flushed to zero.
 *
 * <p>The coefficients are minimax fits (Lawson iteration in double precision) with the stated
 * maximal relative error of the approximation itself.
 */
final class VectorMath {
  /** Adding this to a float rounds it to an integer that then stands in the low bits. */
  private static final float ROUNDER = 0x1.8p23f;

  private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);
  private static final float LOG2_E = (float) (1 / Math.log(2));

  /**
   * ln 2 in two parts, the first with few enough bits that its product with an exponent is exact.
   */
  private static final float LN2_HIGH = 0x1.62ep-1f;

  private static final float LN2_LOW = (float) (Math.log(2) - LN2_HIGH);

  private static final int EXPONENT_BIAS = 127;
  private static final int MANTISSA_BITS = 23;

  /** From here on the error function rounds to 1. */
  private static final float ERF_ONE = 3.95f;

  private static final float INV_SQRT_2 = (float) Math.sqrt(0.5);

  private static final VectorShuffle<Float> HALF_OF_16 = turn(FloatVector.SPECIES_512, 8);
  private static final VectorShuffle<Float> QUARTER_OF_16 = turn(FloatVector.SPECIES_512, 4);
  private static final VectorShuffle<Float> EIGHTH_OF_16 = turn(FloatVector.SPECIES_512, 2);
  private static final VectorShuffle<Float> NEXT_OF_16 = turn(FloatVector.SPECIES_512, 1);
  private static final VectorShuffle<Float> HALF_OF_8 = turn(FloatVector.SPECIES_256, 4);
  private static final VectorShuffle<Float> QUARTER_OF_8 = turn(FloatVector.SPECIES_256, 2);
  private static final VectorShuffle<Float> NEXT_OF_8 = turn(FloatVector.SPECIES_256, 1);
  private static final VectorShuffle<Float> HALF_OF_4 = turn(FloatVector.SPECIES_128, 2);
  private static final VectorShuffle<Float> NEXT_OF_4 = turn(FloatVector.SPECIES_128, 1);

  private VectorMath() {}

  /** eˣ. */
  static FloatVector exp(FloatVector x) {
    FloatVector rounded = x.fma(LOG2_E, ROUNDER);
    FloatVector n = rounded.sub(ROUNDER);
    FloatVector r = n.fma(x.broadcast(-LN2_HIGH), x);
    r = n.fma(x.broadcast(-LN2_LOW), r);
    FloatVector power = expm1Reduced(r).add(1f);
    // 2ⁿ in two factors: the second rounds once where the result is subnormal.
    IntVector exponent = rounded.reinterpretAsInts().sub(ROUNDER_BITS);
    IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
    FloatVector result = power.mul(powerOfTwo(half)).mul(powerOfTwo(exponent.sub(half)));
    result = result.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, 89f));
    return result.blend(0f, x.compare(VectorOperators.LT, -104f));
  }

  /**
   * eˣ for x ≤ 0, with the bits of {@link #exp} and a fifth fewer operations. For x &gt; 0 the
   * result means nothing.
   */
  static FloatVector expOfNegative(FloatVector x) {
    FloatVector rounded = x.fma(LOG2_E, ROUNDER);
    FloatVector n = rounded.sub(ROUNDER);
    FloatVector r = n.fma(x.broadcast(-LN2_HIGH), x);
    r = n.fma(x.broadcast(-LN2_LOW), r);
    // 2ⁿ as 2ⁿ⁺⁶⁴ · 2⁻⁶⁴: the second product rounds once where the result is subnormal.
    IntVector exponent = rounded.reinterpretAsInts().sub(ROUNDER_BITS - 64);
    FloatVector result = expm1Reduced(r).add(1f).mul(powerOfTwo(exponent)).mul(0x1p-64f);
    return result.blend(0f, x.compare(VectorOperators.LT, -104f));
  }

  /** eʳ − 1 for |r| ≤ ln 2 / 2; error 3e-9. */
  private static FloatVector expm1Reduced(FloatVector r) {
    FloatVector p = r.fma(1.3950489e-3f, 8.36889e-3f);
    p = p.fma(r, r.broadcast(0.041666206f));
    p = p.fma(r, r.broadcast(0.16666518f));
    p = p.fma(r, r.broadcast(0.5f));
    return p.fma(r.mul(r), r);
  }

  private static FloatVector powerOfTwo(IntVector exponent) {
    return exponent
        .add(EXPONENT_BIAS)
        .lanewise(VectorOperators.LSHL, MANTISSA_BITS)
        .reinterpretAsFloats();
  }

  /** Natural logarithm: −∞ at 0, NaN below. */
  static FloatVector log(FloatVector x) {
    VectorMask<Float> tiny = x.compare(VectorOperators.LT, Float.MIN_NORMAL);
    FloatVector scaled = x.blend(x.mul(0x1p23f), tiny);
    // Subtracting the bits of √½ puts the exponent change at √½ instead of at 1.
    int pivot = Float.floatToRawIntBits(INV_SQRT_2);
    IntVector above = scaled.reinterpretAsInts().sub(pivot);
    IntVector exponent = above.lanewise(VectorOperators.ASHR, MANTISSA_BITS);
    FloatVector f =
        above
            .lanewise(VectorOperators.AND, (1 << MANTISSA_BITS) - 1)
            .add(pivot)
            .reinterpretAsFloats()
            .sub(1f);
    FloatVector e = exponent.add(ROUNDER_BITS).reinterpretAsFloats().sub(ROUNDER);
    e = e.blend(e.sub(23f), tiny);
    FloatVector result = addLogOnePlus(f, e);
    result = result.blend(x, x.compare(VectorOperators.EQ, Float.POSITIVE_INFINITY));
    result = result.blend(Float.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, 0f));
    return result.blend(Float.NaN, x.compare(VectorOperators.GE, 0f).not());
  }

  /** {@code e·ln 2 + ln(1 + f)} for f in [√½ − 1, √2 − 1]; error 6e-9. */
  private static FloatVector addLogOnePlus(FloatVector f, FloatVector e) {
    FloatVector p = f.fma(-0.0785958f, 0.12882043f);
    p = p.fma(f, f.broadcast(-0.13128938f));
    p = p.fma(f, f.broadcast(0.14181148f));
    p = p.fma(f, f.broadcast(-0.16624533f));
    p = p.fma(f, f.broadcast(0.20002288f));
    p = p.fma(f, f.broadcast(-0.2500081f));
    p = p.fma(f, f.broadcast(0.33333316f));
    FloatVector square = f.mul(f);
    FloatVector tail = p.mul(square).mul(f);
    tail = e.fma(e.broadcast(LN2_LOW), tail);
    tail = square.fma(square.broadcast(-0.5f), tail);
    return e.fma(e.broadcast(LN2_HIGH), f.add(tail));
  }

  /** ln(1 + u) for u in [0, 1], as u times a quotient of polynomials; error 1e-9. */
  private static FloatVector logOnePlusUnit(FloatVector u) {
    FloatVector p = u.fma(0.0034172838f, 0.23815759f);
    p = p.fma(u, u.broadcast(1.0662186f));
    p = p.fma(u, u.broadcast(1f));
    FloatVector q = u.fma(0.075287305f, 0.68793637f);
    q = q.fma(u, u.broadcast(1.5662184f));
    q = q.fma(u, u.broadcast(1f));
    return u.mul(p).div(q);
  }

  /** Hyperbolic tangent, from e^{2|x|} − 1 so that small arguments keep their accuracy. */
  static FloatVector tanh(FloatVector x) {
    FloatVector y = x.abs();
    y = y.blend(10f, y.compare(VectorOperators.GT, 10f)).mul(2f);
    FloatVector rounded = y.fma(LOG2_E, ROUNDER);
    FloatVector n = rounded.sub(ROUNDER);
    FloatVector r = n.fma(x.broadcast(-LN2_HIGH), y);
    r = n.fma(x.broadcast(-LN2_LOW), r);
    FloatVector scale = powerOfTwo(rounded.reinterpretAsInts().sub(ROUNDER_BITS));
    FloatVector growth = expm1Reduced(r).fma(scale, scale.sub(1f));
    return withSign(growth.div(growth.add(2f)), x);
  }

  /** 1/(1+e⁻ˣ), to full relative accuracy for negative x too. */
  static FloatVector sigmoid(FloatVector x) {
    FloatVector e = expOfNegative(x.abs().neg());
    FloatVector numerator = e.blend(1f, x.compare(VectorOperators.GE, 0f));
    return numerator.div(e.add(1f));
  }

  /** ln(1+eˣ). */
  static FloatVector softplus(FloatVector x) {
    return x.max(0f).add(logOnePlusUnit(expOfNegative(x.abs().neg())));
  }

  /** elu(x) + 1: x + 1 for positive x, else eˣ. */
  static FloatVector eluPlusOne(FloatVector x) {
    return expOfNegative(x).blend(x.add(1f), x.compare(VectorOperators.GT, 0f));
  }

  /** Gauss error function: x times a quotient of polynomials in x²; error 2e-8. */
  static FloatVector erf(FloatVector x) {
    FloatVector y = within(x, ERF_ONE);
    FloatVector s = y.mul(y);
    FloatVector p = s.fma(2.0259095e-6f, 2.846883e-4f);
    p = p.fma(s, s.broadcast(0.003808175f));
    p = p.fma(s, s.broadcast(0.05287549f));
    p = p.fma(s, s.broadcast(0.19155058f));
    p = p.fma(s, s.broadcast(1.1283791f));
    FloatVector q = s.fma(3.7831847e-5f, 0.0011707295f);
    q = q.fma(s, s.broadcast(0.015055116f));
    q = q.fma(s, s.broadcast(0.11455974f));
    q = q.fma(s, s.broadcast(0.50308996f));
    q = q.fma(s, s.broadcast(1f));
    return within(y.mul(p.div(q)), 1);
  }

  /**
   * x·Φ(x) with the normal distribution function Φ. Φ − ½ is y times a quotient of polynomials in
   * y², where y is x held within ±5.598: there the quotient rounds to ±½, so that Φ is 0 or 1
   * beyond; error 1e-8.
   */
  static FloatVector gelu(FloatVector x) {
    FloatVector y = within(x, 5.598f);
    FloatVector s = y.mul(y);
    FloatVector p = s.fma(2.2145299e-8f, 6.356546e-6f);
    p = p.fma(s, s.broadcast(1.7385164e-4f));
    p = p.fma(s, s.broadcast(0.004707265f));
    p = p.fma(s, s.broadcast(0.03437619f));
    p = p.fma(s, s.broadcast(0.39894223f));
    FloatVector q = s.fma(1.1802126e-6f, 7.510226e-5f);
    q = q.fma(s, s.broadcast(0.0019129833f));
    q = q.fma(s, s.broadcast(0.028940136f));
    q = q.fma(s, s.broadcast(0.25283405f));
    q = q.fma(s, s.broadcast(1f));
    return y.mul(p).div(q).add(0.5f).mul(x);
  }

  /**
   * Derivative of {@link #gelu}: Φ(x) + x·φ(x), likewise; beyond ±5.898 it is 0 or 1; error 1e-7.
   */
  static FloatVector geluDerivative(FloatVector x) {
    FloatVector y = within(x, 5.898f);
    FloatVector s = y.mul(y);
    FloatVector p = s.fma(1.9292924e-7f, 3.5955945e-5f);
    p = p.fma(s, s.broadcast(1.9220655e-5f));
    p = p.fma(s, s.broadcast(0.014230305f));
    p = p.fma(s, s.broadcast(-0.03099585f));
    p = p.fma(s, s.broadcast(0.79788536f));
    FloatVector q = s.fma(8.952418e-6f, 1.9203649e-4f);
    q = q.fma(s, s.broadcast(0.003523035f));
    q = q.fma(s, s.broadcast(0.040980212f));
    q = q.fma(s, s.broadcast(0.29449403f));
    q = q.fma(s, s.broadcast(1f));
    return y.mul(p).div(q).add(0.5f);
  }

  /** x, or the bound with its sign where it is beyond. */
  private static FloatVector within(FloatVector x, float bound) {
    FloatVector below = x.blend(bound, x.compare(VectorOperators.GT, bound));
    return below.blend(-bound, x.compare(VectorOperators.LT, -bound));
  }

  /** x/(1+e⁻ˣ). */
  static FloatVector silu(FloatVector x) {
    return x.mul(sigmoid(x));
  }

  /** Derivative of {@link #silu}, from σ(x): σ + σ·(x − x·σ). */
  static FloatVector siluDerivative(FloatVector x, FloatVector sigmoid) {
    return sigmoid.fma(x.sub(x.mul(sigmoid)), sigmoid);
  }

  /** −1 or 1 with the sign of x; zero and NaN are themselves. */
  static FloatVector sign(FloatVector x) {
    FloatVector one = withSign(x.broadcast(1f), x);
    return x.blend(one, x.abs().compare(VectorOperators.GT, 0f));
  }

  /** The non-negative {@code magnitude} with the sign bit of {@code sign}. */
  private static FloatVector withSign(FloatVector magnitude, FloatVector sign) {
    return magnitude
        .reinterpretAsInts()
        .or(sign.reinterpretAsInts().and(Integer.MIN_VALUE))
        .reinterpretAsFloats();
  }

  /** Sum of all lanes, as a balanced tree; {@code reduceLanes} may use any order. */
  static float sum(FloatVector x) {
    FloatVector sum = x;
    if (x.length() == 16) {
      sum = sum.add(sum.rearrange(HALF_OF_16));
      sum = sum.add(sum.rearrange(QUARTER_OF_16));
      sum = sum.add(sum.rearrange(EIGHTH_OF_16));
      sum = sum.add(sum.rearrange(NEXT_OF_16));
    } else if (x.length() == 8) {
      sum = sum.add(sum.rearrange(HALF_OF_8));
      sum = sum.add(sum.rearrange(QUARTER_OF_8));
      sum = sum.add(sum.rearrange(NEXT_OF_8));
    } else {
      sum = sum.add(sum.rearrange(HALF_OF_4));
      sum = sum.add(sum.rearrange(NEXT_OF_4));
    }
    return sum.lane(0);
  }

  /**
   * As {@link #sum(FloatVector)}, of a vector that was stored: loops in which that sum would not be
   * inlined leave their vectors in memory, since a call would have to put them into objects.
   *
   * @param lanes holds the vector, and is used up
   */
  static float sum(int length, float[] lanes, int offset) {
    for (int half = length / 2; half > 0; half /= 2) {
      for (int i = offset; i < offset + half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[offset];
  }

  /** Replaces each of some stored vectors, one after the other, by its sum, side by side. */
  static void sums(int count, int length, float[] lanes) {
    for (int i = 0; i < count; i++) {
      lanes[i] = sum(length, lanes, i * length);
    }
  }

  /** Turns the lanes by the given number of places. */
  private static VectorShuffle<Float> turn(VectorSpecies<Float> species, int places) {
    return VectorShuffle.iota(species, places, 1, true);
  }
}
