package org.polyak.bench.load;

import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.polyak.nn.checkpoint.StoredTensor;
import org.polyak.nn.ops.Engine;
import org.polyak.spi.Scope;

/** One benchmark at one shape: what is prepared, what is timed, and how much work that is. */
public sealed interface Load
    permits AttentionLoad,
        GenerationLoad,
        MatmulLoad,
        RecomputationLoad,
        RowLoad,
        TrainingLoad,
        UnaryLoad {
  /**
   * Allocates and fills what the work needs, the same numbers on every backend.
   *
   * @param scope owner of the inputs, open as long as the work is used
   */
  Work prepare(Engine engine, Scope scope);

  /**
   * Runs before anything is measured, where the usual time to warm up is too short for the code of
   * a run to be compiled.
   */
  default int warmUpRuns() {
    return 0;
  }

  /** How much one run of the work does. */
  Amount amount();

  /** Beginnings of the ids of the conformance cases that a backend must pass before it is timed. */
  List<String> gate();

  /**
   * How far two right answers in float32 may lie apart: the norm of the difference of an output, as
   * a share of the output's norm.
   */
  double tolerance();

  /**
   * The initial parameters of the load's model, by their names in {@code nn}; none where the load
   * has no model. A weight is [out, in].
   *
   * @param scope for the model while it is copied
   */
  default SequencedMap<String, StoredTensor> parameters(Engine engine, Scope scope) {
    return new TreeMap<>();
  }

  /** What is timed, and what it finds. */
  interface Work {
    /** Does it once. It may leave work pending: whoever times it waits for the device. */
    void run();

    /**
     * What the work finds, row-major, in the order that the load documents. It may do the work once
     * more for that. Never timed.
     */
    List<float[]> outputs();

    /** Work of two parts. */
    static Work of(Runnable run, Supplier<List<float[]>> outputs) {
      return new Work() {
        @Override
        public void run() {
          run.run();
        }

        @Override
        public List<float[]> outputs() {
          return outputs.get();
        }
      };
    }
  }
}
