package org.polyak.conformance.layers;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.polyak.conformance.Precision;
import org.polyak.conformance.Rounded;

/**
 * Reverse-mode differentiation of scalars with running error analysis: values and gradients are
 * {@link Rounded}, so that a formula that is written once bounds the float32 errors of both, to
 * first order. Not thread-safe.
 */
final class ErrorTape {
  private final double factorRoundOff;
  private final Deque<Runnable> steps = new ArrayDeque<>();

  /** An empty tape for a device with products of one precision. */
  ErrorTape(Precision precision) {
    factorRoundOff = precision.factorRoundOff();
  }

  /** A value with the contributions to its gradient that have reached it so far. */
  static final class Scalar {
    private final Rounded value;
    private final List<Rounded> contributions = new ArrayList<>();

    private Scalar(Rounded value) {
      this.value = value;
    }

    Rounded value() {
      return value;
    }

    /** The sum of what has arrived, in whatever order a device adds it up. */
    Rounded gradient() {
      return Rounded.sum(contributions);
    }

    private void receive(Rounded contribution) {
      contributions.add(contribution);
    }
  }

  /** A number that float32 holds. */
  Scalar exact(double value) {
    return new Scalar(Rounded.exact(value));
  }

  /** A number that float32 rounds. */
  Scalar constant(double value) {
    return new Scalar(Rounded.constant(value));
  }

  /** A constant that takes some roundings to compute. */
  Scalar constant(double value, double roundings) {
    return new Scalar(new Rounded(value, roundings * Math.abs(value)));
  }

  /** The same value, for which no gradient is wanted. */
  Scalar detached(Scalar a) {
    return new Scalar(a.value);
  }

  Scalar plus(Scalar a, Scalar b) {
    return step(
        a.value.plus(b.value),
        g -> {
          a.receive(g);
          b.receive(g);
        });
  }

  Scalar minus(Scalar a, Scalar b) {
    return step(
        a.value.minus(b.value),
        g -> {
          a.receive(g);
          b.receive(g.negated());
        });
  }

  Scalar negated(Scalar a) {
    return step(a.value.negated(), g -> a.receive(g.negated()));
  }

  Scalar times(Scalar a, Scalar b) {
    return step(
        a.value.times(b.value),
        g -> {
          a.receive(g.times(b.value));
          b.receive(g.times(a.value));
        });
  }

  Scalar over(Scalar a, Scalar b) {
    Rounded quotient = a.value.over(b.value);
    return step(
        quotient,
        g -> {
          Rounded share = g.over(b.value);
          a.receive(share);
          b.receive(share.times(quotient).negated());
        });
  }

  Scalar squareRoot(Scalar a) {
    Rounded root = a.value.squareRoot();
    return step(root, g -> a.receive(g.times(Rounded.exact(0.5)).over(root)));
  }

  Scalar exponential(Scalar a) {
    Rounded power = a.value.exponential();
    return step(power, g -> a.receive(g.times(power)));
  }

  Scalar sigmoid(Scalar a) {
    Rounded y = a.value.sigmoid();
    return step(y, g -> a.receive(g.times(y.minus(y.times(y)))));
  }

  Scalar normalDistribution(Scalar a) {
    return step(a.value.normalDistribution(), g -> a.receive(g.times(a.value.normalDensity())));
  }

  Scalar sum(List<Scalar> terms) {
    Rounded total = Rounded.sum(terms.stream().map(Scalar::value).toList());
    return step(total, g -> terms.forEach(term -> term.receive(g)));
  }

  /** An element of a product of matrices. */
  Scalar dot(List<Scalar> a, List<Scalar> b) {
    List<Rounded> products = new ArrayList<>();
    for (int i = 0; i < a.size(); i++) {
      products.add(factor(a.get(i).value).times(factor(b.get(i).value)));
    }
    return step(
        Rounded.sum(products),
        g -> {
          Rounded cotangent = factor(g);
          for (int i = 0; i < a.size(); i++) {
            a.get(i).receive(cotangent.times(factor(b.get(i).value)));
            b.get(i).receive(cotangent.times(factor(a.get(i).value)));
          }
        });
  }

  /** Gradients of Σ cotangent · out for everything on the tape. Once per tape. */
  void backward(List<Scalar> outs, double[] cotangents) {
    for (int i = 0; i < cotangents.length; i++) {
      outs.get(i).receive(Rounded.exact(cotangents[i]));
    }
    steps.forEach(Runnable::run);
    steps.clear();
  }

  private Rounded factor(Rounded x) {
    return x.asFactor(factorRoundOff);
  }

  private Scalar step(Rounded value, Consumer<Rounded> backward) {
    Scalar result = new Scalar(value);
    steps.push(() -> {
      if (!result.contributions.isEmpty()) {
        backward.accept(result.gradient());
      }
    });
    return result;
  }
}
