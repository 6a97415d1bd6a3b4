package org.polyak.conformance.oracle;

/**
 * How a member of the linear attention family compares queries with keys.
 *
 * @param featureMap φ
 * @param normaliser the denominator
 */
public record LinearKernel(FeatureMap featureMap, Normaliser normaliser) {
  /** elu+1 and the key sum plus ε: the linear transformer and the momentum transformer. */
  public static LinearKernel normalised(double epsilon) {
    return new LinearKernel(FeatureMap.ELU_PLUS_ONE, new Normaliser.KeySum(epsilon));
  }

  /** elu+1 and √N: the Long Range Arena form. */
  public static LinearKernel squareRootLength() {
    return new LinearKernel(FeatureMap.ELU_PLUS_ONE, new Normaliser.SquareRootLength());
  }
}
