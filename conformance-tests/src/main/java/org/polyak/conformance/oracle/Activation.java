package org.polyak.conformance.oracle;

/** Element-wise non-linearities with their derivatives. */
public enum Activation {
  /** x. */
  IDENTITY,
  /** max(x, 0); derivative 0 at 0. */
  RELU,
  /** x Φ(x), with the exact normal distribution function. */
  GELU,
  /** x (1 + tanh(√(2/π) (x + 0.044715 x³)))/2. */
  GELU_TANH,
  /** x σ(x). */
  SILU,
  /** σ(x) = 1/(1 + e⁻ˣ). */
  SIGMOID,
  /** tanh x. */
  TANH,
  /** ln(1 + eˣ). */
  SOFTPLUS,
  /** ln σ(x). */
  LOG_SIGMOID,
  /** elu(x) + 1: the feature map of linear attention. */
  ELU_PLUS_ONE;

  private static final double GELU_SLOPE = Math.sqrt(2 / Math.PI);
  private static final double GELU_CUBIC = 0.044715;

  /** f(x). */
  public double apply(double x) {
    return switch (this) {
      case IDENTITY -> x;
      case RELU -> Math.max(x, 0);
      case GELU -> x * SpecialFunctions.normalCdf(x);
      case GELU_TANH -> x * (1 + Math.tanh(tanhArgument(x))) / 2;
      case SILU -> x * SpecialFunctions.sigmoid(x);
      case SIGMOID -> SpecialFunctions.sigmoid(x);
      case TANH -> Math.tanh(x);
      case SOFTPLUS -> SpecialFunctions.softplus(x);
      case LOG_SIGMOID -> -SpecialFunctions.softplus(-x);
      case ELU_PLUS_ONE -> FeatureMap.ELU_PLUS_ONE.apply(x);
    };
  }

  /** f′(x). */
  public double derivative(double x) {
    return switch (this) {
      case IDENTITY -> 1;
      case RELU -> x > 0 ? 1 : 0;
      case GELU -> SpecialFunctions.normalCdf(x) + x * SpecialFunctions.normalDensity(x);
      case GELU_TANH -> {
        double tanh = Math.tanh(tanhArgument(x));
        double slope = GELU_SLOPE * (1 + 3 * GELU_CUBIC * x * x);
        yield (1 + tanh + x * (1 - tanh * tanh) * slope) / 2;
      }
      case SILU -> {
        double sigmoid = SpecialFunctions.sigmoid(x);
        yield sigmoid * (1 + x * SpecialFunctions.sigmoid(-x));
      }
      case SIGMOID -> SpecialFunctions.sigmoid(x) * SpecialFunctions.sigmoid(-x);
      case TANH -> 1 - Math.tanh(x) * Math.tanh(x);
      case SOFTPLUS -> SpecialFunctions.sigmoid(x);
      case LOG_SIGMOID -> SpecialFunctions.sigmoid(-x);
      case ELU_PLUS_ONE -> FeatureMap.ELU_PLUS_ONE.derivative(x);
    };
  }

  /** f of each element. */
  public Array forward(Array x) {
    return x.map(this::apply);
  }

  /** The gradient for x: f′(x) times the output's. */
  public Array backward(Array x, Array outGradient) {
    return x.map(this::derivative).times(outGradient);
  }

  private static double tanhArgument(double x) {
    return GELU_SLOPE * (x + GELU_CUBIC * x * x * x);
  }
}
