package org.polyak.bench.peers.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import org.polyak.bench.peer.PeerInputs;

/** A load's inputs as PyTorch's tensors. */
final class Tensors {
  private final NDManager manager;
  private final PeerInputs inputs;

  Tensors(NDManager manager, PeerInputs inputs) {
    this.manager = manager;
    this.inputs = inputs;
  }

  /** Normal numbers by the name of the array. */
  NDArray normal(String name, int... dims) {
    return manager.create(inputs.numbers().normal(name, dims), shape(dims));
  }

  /** Integers in [0, bound) by the name of the array, as PyTorch's indices. */
  NDArray integers(String name, int bound, int... dims) {
    int count = Math.toIntExact(shape(dims).size());
    return indices(inputs.numbers().integers(name, count, bound), dims);
  }

  /** Given indices. */
  NDArray indices(int[] values, int... dims) {
    return manager.create(longs(values), shape(dims));
  }

  /** Indices to be written to. */
  NDArray indices(int count) {
    return manager.zeros(new Shape(count), DataType.INT64);
  }

  /** Room for a result. */
  NDArray empty() {
    return manager.create(new Shape(0));
  }

  /** The model's parameters in order, named so that DJL passes them as one list. */
  NDArray[] parameters() {
    return inputs.parameters().sequencedValues().stream()
        .map(stored -> {
          NDArray parameter = manager.create(stored.toFloats(), shape(stored.shape().dims()));
          parameter.setName("parameters[]");
          return parameter;
        })
        .toArray(NDArray[]::new);
  }

  /** PyTorch's type of indices. */
  static long[] longs(int... values) {
    return Arrays.stream(values).asLongStream().toArray();
  }

  private static Shape shape(int... dims) {
    return new Shape(longs(dims));
  }
}
