package org.polyak.conformance.layers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.polyak.conformance.Expected;
import org.polyak.conformance.layers.ErrorTape.Scalar;
import org.polyak.conformance.oracle.Array;

/** A tensor of scalars on an {@link ErrorTape}, row-major. */
final class Scalars {
  private final int[] shape;
  private final List<Scalar> elements;

  Scalars(int[] shape, List<Scalar> elements) {
    this.shape = shape.clone();
    this.elements = elements;
  }

  int[] shape() {
    return shape.clone();
  }

  List<Scalar> elements() {
    return elements;
  }

  /** Numbers that float32 holds. */
  static Scalars of(ErrorTape tape, Array array) {
    return new Scalars(array.shape(), Arrays.stream(array.data()).mapToObj(tape::exact).toList());
  }

  Scalars map(UnaryOperator<Scalar> function) {
    return new Scalars(shape, elements.stream().map(function).toList());
  }

  Scalars zip(Scalars other, BinaryOperator<Scalar> function) {
    List<Scalar> results = new ArrayList<>();
    for (int i = 0; i < elements.size(); i++) {
      results.add(function.apply(elements.get(i), other.elements.get(i)));
    }
    return new Scalars(shape, results);
  }

  /** Each row of the last axis, changed, perhaps to another width. */
  Scalars mapRows(Function<List<Scalar>, List<Scalar>> function) {
    List<Scalar> results = new ArrayList<>();
    for (int row = 0; row < rowCount(); row++) {
      results.addAll(function.apply(row(row)));
    }
    int[] newShape = shape.clone();
    newShape[shape.length - 1] = results.size() / rowCount();
    return new Scalars(newShape, results);
  }

  /** One row of the last axis, counted through all others. */
  List<Scalar> row(int index) {
    int width = shape[shape.length - 1];
    return elements.subList(index * width, (index + 1) * width);
  }

  int rowCount() {
    return elements.size() / shape[shape.length - 1];
  }

  /** The oracle's values with the errors found here. */
  Expected expected(Array values) {
    return Expected.analysed(values, array(scalar -> scalar.value().error()));
  }

  /** The oracle's gradients with the errors found here. */
  Expected expectedGradient(Array gradients) {
    return Expected.analysed(gradients, array(scalar -> scalar.gradient().error()));
  }

  Array values() {
    return array(scalar -> scalar.value().value());
  }

  Array gradients() {
    return array(scalar -> scalar.gradient().value());
  }

  private Array array(Function<Scalar, Double> part) {
    return Array.of(elements.stream().mapToDouble(part::apply).toArray(), shape);
  }
}
