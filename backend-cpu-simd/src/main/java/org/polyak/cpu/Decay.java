package org.polyak.cpu;

/**
 * A factor in two parts: {@code x · high + x · low}, rounded once, decays x without the systematic
 * error that the float next to a factor close to 1 would be, step for step.
 *
 * @param high the factor's float
 * @param low what that leaves
 */
record Decay(float high, float low) {
  static Decay of(double factor) {
    float high = (float) factor;
    return new Decay(high, (float) (factor - high));
  }
}
