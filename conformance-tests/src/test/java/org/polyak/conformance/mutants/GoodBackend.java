package org.polyak.conformance.mutants;

import com.example.heap.HeapProvider;
import org.polyak.cpu.CpuBackendProvider;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;

/** The backends that mutants are made from. Each passes every case of the catalogue. */
enum GoodBackend {
  /** The heap backend of the examples: verbs only, naive loops. */
  HEAP {
    @Override
    Backend open() {
      return new HeapProvider().open(BackendOptions.DEFAULTS);
    }
  },
  /** The heap backend behind a queue and a pool of memory. */
  QUEUE {
    @Override
    Backend open() {
      return new QueuedDevice(HEAP.open());
    }
  },
  /** The CPU backend with its own fused operations. */
  CPU {
    @Override
    Backend open() {
      return new CpuBackendProvider().open(BackendOptions.DEFAULTS);
    }
  },
  /** The CPU backend with the recurrence in plain Java as its fused attention. */
  RECURRENCE {
    @Override
    Backend open() {
      return RecurrentAttention.offeredBy(CPU.open(), RecurrentAttention::new);
    }
  };

  /** A fresh one, which the caller closes. */
  abstract Backend open();
}
