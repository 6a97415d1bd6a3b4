package org.polyak.nn.ops;

import org.polyak.nn.autograd.Variable;
import org.polyak.spi.UnaryOp;

/**
 * The mixture-of-logistics loss composed from verbs. Legend: c = y − mean, r = e^(−log-scale);
 * plus, minus and middle are r(c + 1/255), r(c − 1/255) and rc.
 */
final class CompositeLogisticMixture {
  private static final double LEAST_LOG_SCALE = -7;
  private static final double LEAST_PROBABILITY = 1e-5;

  private CompositeLogisticMixture() {}

  static Variable losses(Ops ops, Variable parameters, Variable targets) {
    int rows = parameters.shape().dim(0);
    int mixtures = parameters.shape().dim(1) / 3;
    Variable logits = ops.slice(parameters, 1, 0, mixtures);
    Variable means = ops.slice(parameters, 1, mixtures, 2 * mixtures);
    Variable logScales =
        ops.maximum(
            ops.slice(parameters, 1, 2 * mixtures, 3 * mixtures), ops.filled(LEAST_LOG_SCALE));
    Variable y = ops.reshape(targets, rows, 1);

    Variable c = ops.subtract(y, means);
    Variable r = ops.unary(UnaryOp.EXPONENTIAL, negate(ops, logScales));
    Variable plus = ops.multiply(r, ops.shift(c, 1 / 255.0));
    Variable minus = ops.multiply(r, ops.shift(c, -1 / 255.0));
    Variable middle = ops.multiply(r, c);

    Variable lowest = negate(ops, softplus(ops, negate(ops, plus)));
    Variable highest = negate(ops, softplus(ops, minus));
    Variable probability =
        ops.subtract(ops.unary(UnaryOp.SIGMOID, plus), ops.unary(UnaryOp.SIGMOID, minus));
    Variable wide = ops.less(ops.filled(LEAST_PROBABILITY), ops.detach(probability));
    Variable between =
        ops.select(
            wide,
            ops.unary(UnaryOp.LOGARITHM, ops.maximum(probability, ops.filled(1e-12))),
            ops.shift(
                ops.subtract(ops.subtract(middle, logScales), ops.scale(softplus(ops, middle), 2)),
                -Math.log(127.5)));
    Variable isLowest = ops.less(y, ops.filled(-0.999));
    Variable isHighest = ops.less(ops.filled(0.999), y);
    Variable component = ops.select(isLowest, lowest, ops.select(isHighest, highest, between));

    Variable weights = ops.subtract(logits, CompositeLayers.logSumExp(ops, logits));
    Variable logLikelihood = CompositeLayers.logSumExp(ops, ops.add(component, weights));
    return ops.reshape(negate(ops, logLikelihood), rows);
  }

  private static Variable negate(Ops ops, Variable x) {
    return ops.unary(UnaryOp.NEGATE, x);
  }

  private static Variable softplus(Ops ops, Variable x) {
    return ops.unary(UnaryOp.SOFTPLUS, x);
  }
}
