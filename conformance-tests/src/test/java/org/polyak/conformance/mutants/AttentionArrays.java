package org.polyak.conformance.mutants;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionState;

/** Attention's tensors as arrays of heads: float64 inside, binary32 in the tensors. */
final class AttentionArrays {
  private AttentionArrays() {}

  /** A {@code [B, N, H, D]} tensor: index {@code (b · H + h)}, then token and channel. */
  static double[][][] tokens(HostMemory host, Tensor tensor) {
    int heads = tensor.shape().dim(2);
    int count = tensor.shape().dim(1);
    int dim = tensor.shape().dim(3);
    float[] flat = host.floats(tensor);
    double[][][] result = new double[tensor.shape().dim(0) * heads][count][dim];
    for (int i = 0; i < flat.length; i++) {
      int row = i / dim;
      int b = row / heads / count;
      result[b * heads + row % heads][row / heads % count][i % dim] = flat[i];
    }
    return result;
  }

  /** The way back. */
  static void put(HostMemory host, double[][][] tokens, Tensor tensor) {
    int heads = tensor.shape().dim(2);
    int count = tensor.shape().dim(1);
    int dim = tensor.shape().dim(3);
    float[] flat = new float[Math.toIntExact(tensor.shape().size())];
    for (int i = 0; i < flat.length; i++) {
      int row = i / dim;
      int b = row / heads / count;
      flat[i] = (float) tokens[b * heads + row % heads][row / heads % count][i % dim];
    }
    host.put(tensor, flat);
  }

  /** A carried state by {@code (b · H + h)}; zeros for what it does not hold. */
  static HeadState[] states(
      HostMemory host, AttentionInputs inputs, @Nullable AttentionState state) {
    int keyDim = inputs.keyDim();
    int valueDim = inputs.valueDim();
    HeadState[] result = new HeadState[inputs.batch() * inputs.heads()];
    float[] s = state == null ? new float[0] : host.floats(state.memory());
    float[] m =
        state == null || state.momentum() == null ? new float[0] : host.floats(state.momentum());
    float[] z =
        state == null || state.keySum() == null ? new float[0] : host.floats(state.keySum());
    for (int head = 0; head < result.length; head++) {
      result[head] = HeadState.zero(keyDim, valueDim);
      for (int k = 0; k < keyDim; k++) {
        int row = head * keyDim + k;
        for (int v = 0; v < valueDim; v++) {
          result[head].s()[k][v] = s.length == 0 ? 0 : s[row * valueDim + v];
          result[head].push()[k][v] = m.length == 0 ? 0 : -m[row * valueDim + v];
        }
        result[head].z()[k] = z.length == 0 ? 0 : z[row];
      }
    }
    return result;
  }

  /** The way back, for what the state holds. */
  static void put(HostMemory host, HeadState[] states, AttentionState to) {
    int keyDim = states[0].z().length;
    int valueDim = states[0].s()[0].length;
    float[] s = new float[states.length * keyDim * valueDim];
    float[] m = new float[s.length];
    float[] z = new float[states.length * keyDim];
    for (int row = 0; row < z.length; row++) {
      HeadState state = states[row / keyDim];
      for (int v = 0; v < valueDim; v++) {
        s[row * valueDim + v] = (float) state.s()[row % keyDim][v];
        m[row * valueDim + v] = (float) -state.push()[row % keyDim][v];
      }
      z[row] = (float) state.z()[row % keyDim];
    }
    host.put(to.memory(), s);
    if (to.momentum() != null) {
      host.put(to.momentum(), m);
    }
    if (to.keySum() != null) {
      host.put(to.keySum(), z);
    }
  }
}
