package org.polyak.conformance.mutants;

import java.util.List;
import org.polyak.spi.Backend;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.DType;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/** Verbs that compute the wrong numbers. */
final class VerbArithmeticMutants {
  private VerbArithmeticMutants() {}

  static List<Mutant> all() {
    return List.of(
        Mutant.verbs(
            "small-values-flushed",
            "Results below 10⁻³⁰ become 0.",
            good -> written(good, x -> Math.abs(x) < 1e-30f ? 0 : x),
            "VERB-MATMUL-024",
            "VERB-EXPONENTIAL-001",
            "VERB-MULTIPLY-003"),
        Mutant.verbs(
            "subnormals-flushed",
            "Subnormal results become 0.",
            good -> written(good, x -> Math.abs(x) < Float.MIN_NORMAL ? 0 : x),
            "VERB-SUBNORMAL-002",
            "VERB-SUBNORMAL-010",
            "VERB-SUBNORMAL-024"),
        Mutant.verbs(
            "infinity-clamped",
            "Results that overflow become the largest finite number.",
            good -> written(good, x -> Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, x))),
            "VERB-MAX-004",
            "VERB-SQUARE-004",
            "VERB-MULTIPLY-003"),
        Mutant.verbs(
            "nan-swallowed-by-maximum",
            "The larger of NaN and a number is the number, as in IEEE 754's maxNum.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
                    if (op != BinaryOp.MAXIMUM && op != BinaryOp.MINIMUM) {
                      super.binary(op, a, b, out);
                      return;
                    }
                    float[] x = host.floats(a);
                    float[] y = host.floats(b);
                    for (int i = 0; i < x.length; i++) {
                      boolean first = op == BinaryOp.MAXIMUM ? x[i] > y[i] : x[i] < y[i];
                      x[i] = first || Float.isNaN(y[i]) ? x[i] : y[i];
                    }
                    host.put(out, x);
                  }
                },
            "VERB-MAXIMUM-003",
            "VERB-MINIMUM-003"),
        Mutant.verbs(
            "nan-swallowed-by-reduction",
            "A maximum along an axis passes over NaN.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
                    try (Scope scope = host.backend().openScope("numbers")) {
                      Tensor numbers =
                          host.changed(
                              scope, in, x -> Float.isNaN(x) ? Float.NEGATIVE_INFINITY : x);
                      super.reduce(op, op == ReduceOp.MAXIMUM ? numbers : in, axis, out);
                    }
                  }
                },
            // NaN is reduced with a maximum nowhere else.
            "VERB-MAX-005"),
        Mutant.verbs(
            "nan-swallowed-by-relu",
            "RELU of NaN is 0.",
            good -> function(good, UnaryOp.RELU, x -> x > 0 ? x : 0),
            // NaN is an argument of each function in one case.
            "VERB-RELU-004"),
        Mutant.verbs(
            "select-by-products",
            "select is computed as c a + (1 − c) b, so that a NaN not taken comes through.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
                    float[] c = host.floats(condition);
                    float[] x = host.floats(a);
                    float[] y = host.floats(b);
                    for (int i = 0; i < c.length; i++) {
                      float taken = c[i] == 0 ? 0 : 1;
                      x[i] = taken * x[i] + (1 - taken) * y[i];
                    }
                    host.put(out, x);
                  }
                },
            // The bug shows only beside NaN and infinity.
            "VERB-SELECT-003"),
        Mutant.verbs(
            "maximum-from-zero",
            "A maximum along an axis begins with 0, not with −∞.",
            good -> reduced(good, ReduceOp.MAXIMUM, x -> Math.max(x, 0)),
            "VERB-MAX-004",
            "VERB-MAX-006",
            "VERB-MAX-005"),
        Mutant.verbs(
            "silent-bfloat16",
            "Factors of products are rounded to bfloat16 although the backend reports f32.",
            good -> new RoundedProducts(good, Rounding::bfloat16),
            "VERB-MATMUL-023",
            "VERB-MATMUL-026",
            "VERB-MATMUL-001"),
        Mutant.verbs(
            "silent-tf32",
            "Factors of products are rounded to TensorFloat-32 although the backend reports f32.",
            good -> new RoundedProducts(good, Rounding::tensorFloat32),
            "VERB-MATMUL-023",
            "VERB-MATMUL-026",
            "VERB-MATMUL-001"),
        Mutant.verbs(
            "products-summed-in-half",
            "Products are summed in binary16.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
                    super.matmul(a, b, accumulate, out);
                    host.change(out, Rounding::half);
                  }
                },
            "VERB-MATMUL-023",
            "VERB-MATMUL-024",
            "VERB-MATMUL-026"),
        Mutant.verbs(
            "sums-in-half",
            "Sums along an axis are rounded to binary16.",
            good -> reduced(good, ReduceOp.SUM, Rounding::half),
            "VERB-SUM-003",
            "VERB-SUM-007",
            "VERB-SUM-002"),
        Mutant.verbs(
            "accumulate-ignored",
            "A product overwrites what it should be added to.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
                    super.matmul(a, b, false, out);
                  }
                },
            "VERB-MATMUL-021",
            "VERB-MATMUL-017"),
        Mutant.verbs(
            "always-accumulates",
            "A product is added to what was there.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
                    super.matmul(a, b, true, out);
                  }
                },
            "VERB-MATMUL-028",
            "VERB-MATMUL-023",
            "VERB-MATMUL-026"),
        Mutant.verbs(
            "empty-inner-axis-skipped",
            "A product over an empty inner axis writes nothing.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
                    if (a.shape().dim(-1) > 0) {
                      super.matmul(a, b, accumulate, out);
                    }
                  }
                },
            // Only one case has such a product.
            "VERB-MATMUL-021"),
        Mutant.verbs(
            "running-sum-forwards",
            "A reversed running sum runs forwards.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void cumulativeSum(Tensor in, int axis, boolean reversed, Tensor out) {
                    super.cumulativeSum(in, axis, false, out);
                  }
                },
            "VERB-CUMSUM-006",
            "VERB-CUMSUM-004",
            "VERB-CUMSUM-002"),
        Mutant.verbs(
            "running-sum-exclusive",
            "A running sum leaves its own element out.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void cumulativeSum(Tensor in, int axis, boolean reversed, Tensor out) {
                    float[] x = host.floats(in);
                    super.cumulativeSum(in, axis, reversed, out);
                    float[] sums = host.floats(out);
                    for (int i = 0; i < x.length; i++) {
                      sums[i] -= x[i];
                    }
                    host.put(out, sums);
                  }
                },
            "VERB-CUMSUM-005",
            "VERB-CUMSUM-006",
            "VERB-CUMSUM-003"),
        Mutant.verbs(
            "running-sum-restarts",
            "A running sum along the last axis loses its carry after every 64 elements.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void cumulativeSum(Tensor in, int axis, boolean reversed, Tensor out) {
                    int n = in.shape().dim(axis);
                    for (int from = 0; from < n; from += 64) {
                      int to = Math.min(n, from + 64);
                      super.cumulativeSum(
                          in.slice(axis, from, to), axis, reversed, out.slice(axis, from, to));
                    }
                  }
                },
            "VERB-CUMSUM-005",
            "VERB-CUMSUM-006",
            "VERB-CUMSUM-003"),
        Mutant.verbs(
            "result-cleared-first",
            "An element-wise operation clears its result first, which may be its argument.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void unary(UnaryOp op, Tensor in, Tensor out) {
                    super.fill(out, 0);
                    super.unary(op, in, out);
                  }

                  @Override
                  public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
                    super.fill(out, 0);
                    super.binary(op, a, b, out);
                  }
                },
            "VERB-NEGATE-006",
            "VERB-RELU-006",
            "VERB-ADD-005"),
        Mutant.verbs(
            "exponential-by-table",
            "eˣ has four digits.",
            good ->
                function(
                    good, UnaryOp.EXPONENTIAL, x -> Rounding.tensorFloat32((float) Math.exp(x))),
            "VERB-EXPONENTIAL-002",
            "VERB-EXPONENTIAL-001",
            "VERB-EXPONENTIAL-004"),
        Mutant.verbs(
            "tanh-by-exponentials",
            "tanh is (e²ˣ − 1)/(e²ˣ + 1) in binary32: NaN for large x, inexact for small x.",
            good ->
                function(
                    good,
                    UnaryOp.TANH,
                    x -> {
                      float e = (float) Math.exp(2 * x);
                      return (e - 1) / (e + 1);
                    }),
            "VERB-TANH-002",
            "VERB-TANH-001",
            "VERB-TANH-003"),
        Mutant.verbs(
            "softplus-overflows",
            "softplus is ln(1 + eˣ) in binary32.",
            good ->
                function(good, UnaryOp.SOFTPLUS, x -> (float) Math.log(1 + (float) Math.exp(x))),
            "VERB-SOFTPLUS-001",
            "VERB-SOFTPLUS-004",
            "VERB-SOFTPLUS-003"),
        Mutant.verbs(
            "signed-zero-lost",
            "A copy adds 0, which turns −0 into 0.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void copy(Tensor in, Tensor out) {
                    super.copy(in, out);
                    if (out.dtype() == DType.F32) {
                      host.change(out, x -> x + 0f);
                    }
                  }
                },
            // Elsewhere 0 and −0 are equal.
            "VERB-COPY-003"),
        Mutant.verbs(
            "integer-fill-rounds",
            "A fill of integers rounds to the nearest.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void fill(Tensor out, double value) {
                    super.fill(out, out.dtype() == DType.I32 ? Math.rint(value) : value);
                  }
                },
            // Integers are filled with fractions nowhere else.
            "VERB-FILL-003"));
  }

  /** Changes every result. */
  private static DecoratedKernels written(Backend good, HostMemory.FloatFunction change) {
    return new DecoratedKernels(good) {
      @Override
      void written(Tensor out) {
        host.change(out, change);
      }
    };
  }

  /** Computes another function in place of one. */
  private static DecoratedKernels function(
      Backend good, UnaryOp wrong, HostMemory.FloatFunction function) {
    return new DecoratedKernels(good) {
      @Override
      public void unary(UnaryOp op, Tensor in, Tensor out) {
        if (op == wrong) {
          super.copy(in, out);
          host.change(out, function);
        } else {
          super.unary(op, in, out);
        }
      }
    };
  }

  /** Changes what a reduction finds. */
  private static DecoratedKernels reduced(
      Backend good, ReduceOp wrong, HostMemory.FloatFunction change) {
    return new DecoratedKernels(good) {
      @Override
      public void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
        super.reduce(op, in, axis, out);
        if (op == wrong) {
          host.change(out, change);
        }
      }
    };
  }

  /** Products of rounded factors. */
  private static final class RoundedProducts extends DecoratedKernels {
    private final HostMemory.FloatFunction rounding;

    RoundedProducts(Backend good, HostMemory.FloatFunction rounding) {
      super(good);
      this.rounding = rounding;
    }

    @Override
    public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
      try (Scope scope = host.backend().openScope("rounded factors")) {
        Tensor x = host.changed(scope, a, rounding);
        super.matmul(x, host.changed(scope, b, rounding), accumulate, out);
      }
    }
  }
}
