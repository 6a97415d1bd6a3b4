package org.polyak.conformance.mutants;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.polyak.spi.Backend;
import org.polyak.spi.Buffer;
import org.polyak.spi.DType;
import org.polyak.spi.Download;
import org.polyak.spi.Layout;
import org.polyak.spi.Tensor;

/** What goes wrong with device memory, with the queue of work, and on the way to the host. */
final class MemoryMutants {
  private MemoryMutants() {}

  static List<Mutant> all() {
    return List.of(
        queue(
            "memory-leaks",
            "Memory that is given back is never used again.",
            good ->
                new QueuedDevice(good) {
                  @Override
                  void recycle(Tensor storage) {
                    // It is gone.
                  }
                },
            // Only one case asks for more memory in all than a device has.
            "MEM-013"),
        queue(
            "use-after-close-unnoticed",
            "No verb checks whether its memory was given back.",
            good ->
                new QueuedDevice(good) {
                  @Override
                  void check(Buffer buffer) {
                    // It will be fine.
                  }
                },
            "MEM-003",
            "MEM-004",
            "MEM-006",
            "MEM-008"),
        queue(
            "cleared-while-in-use",
            "Memory that is given back is cleared at once, while queued work still reads it.",
            good ->
                new QueuedDevice(good) {
                  @Override
                  void recycle(Tensor storage) {
                    good.kernels().fill(storage, 0);
                    super.recycle(storage);
                  }
                },
            // The bug shows only where work is still queued when its memory is given back.
            "MEM-017"),
        queue(
            "recycled-twice",
            "Memory that is given back once is handed out twice.",
            good ->
                new QueuedDevice(good) {
                  @Override
                  void recycle(Tensor storage) {
                    super.recycle(storage);
                    super.recycle(storage);
                  }
                },
            // Only one case asks twice for the size that it gave back.
            "MEM-018"),
        queue(
            "downloaded-late",
            "A download that was begun reads the memory when the host asks for it.",
            good ->
                new QueuedDevice(good) {
                  @Override
                  public Download beginDownload(Tensor from) {
                    return host -> download(from, host);
                  }
                },
            "MEM-020"),
        queue(
            "freed-with-its-neighbours",
            "Giving memory back frees all that was allocated after it, as on a stack.",
            good ->
                new QueuedDevice(good) {
                  private final List<Tensor> stack = new ArrayList<>();

                  @Override
                  public Buffer allocate(DType dtype, long elements) {
                    Buffer buffer = super.allocate(dtype, elements);
                    stack.add(behind(buffer));
                    return buffer;
                  }

                  @Override
                  void recycle(Tensor storage) {
                    int from = stack.lastIndexOf(storage);
                    if (from >= 0) {
                      List<Tensor> freed = stack.subList(from, stack.size());
                      freed.forEach(super::recycle);
                      freed.clear();
                    }
                  }
                },
            // Only one case gives memory back out of order and asks again.
            "MEM-019"),
        queue(
            "empty-allocation-refused",
            "A tensor without elements cannot be allocated.",
            good ->
                new QueuedDevice(good) {
                  @Override
                  public Buffer allocate(DType dtype, long elements) {
                    if (elements == 0) {
                      throw new IllegalArgumentException("Cannot allocate 0 bytes.");
                    }
                    return super.allocate(dtype, elements);
                  }
                },
            "MEM-015",
            "VERB-TRANSFER-007"),
        queue(
            "download-does-not-wait",
            "A download takes what is there, not what the queue will have made of it.",
            good ->
                new QueuedDevice(good) {
                  @Override
                  public void download(Tensor from, MemorySegment host) {
                    good.download(storage(from), host);
                    drain();
                  }
                },
            "MEM-009",
            "MEM-014",
            "VERB-TRANSFER-001"),
        queue(
            "upload-reads-late",
            "An upload keeps the host's memory and reads it when the queue gets there.",
            good ->
                new QueuedDevice(good) {
                  @Override
                  MemorySegment staged(MemorySegment host) {
                    return host;
                  }
                },
            "VERB-TRANSFER-004",
            "VERB-TRANSFER-006"),
        queue(
            "upload-overtakes",
            "An upload is done at once, before queued work that still reads what it overwrites.",
            good ->
                new QueuedDevice(good) {
                  @Override
                  public void upload(MemorySegment host, Tensor to) {
                    good.upload(host, storage(to));
                  }
                },
            "MEM-017",
            "VERB-TRANSFER-008"),
        queue(
            "errors-swallowed",
            "What queued work throws is dropped.",
            good ->
                new QueuedDevice(good) {
                  @Override
                  void submit(Runnable work) {
                    super.submit(() -> {
                      try {
                        work.run();
                      } catch (IndexOutOfBoundsException e) {
                        // Nobody is told.
                      }
                    });
                  }
                },
            "VERB-GATHER-004",
            "VERB-SCATTER-006"),
        queue(
            "finish-returns-early",
            "finish() returns before the queue is empty.",
            good ->
                new QueuedDevice(good) {
                  @Override
                  public void finish() {
                    // It will be done soon.
                  }
                },
            "VERB-GATHER-005",
            "VERB-SCATTER-005"),
        transfer(
            "upload-layout-ignored",
            "An upload writes row by row, whatever the layout.",
            good ->
                new DecoratedBackend(good) {
                  @Override
                  public void upload(MemorySegment host, Tensor to) {
                    super.upload(host, dense(to));
                  }
                },
            "VERB-TRANSFER-001",
            "VERB-TRANSFER-003",
            "VERB-TRANSFER-004"),
        transfer(
            "download-layout-ignored",
            "A download reads row by row, whatever the layout.",
            good ->
                new DecoratedBackend(good) {
                  @Override
                  public void download(Tensor from, MemorySegment host) {
                    super.download(dense(from), host);
                  }
                },
            "VERB-TRANSFER-005",
            "VERB-TRANSFER-002",
            "VERB-TRANSFER-003"),
        transfer(
            "misaligned-host-memory",
            "Host memory that is not aligned to a word is taken to begin at the next word.",
            good ->
                new DecoratedBackend(good) {
                  @Override
                  public void upload(MemorySegment host, Tensor to) {
                    long skew = host.isNative() ? host.address() % Float.BYTES : 0;
                    if (skew == 0) {
                      super.upload(host, to);
                    } else {
                      MemorySegment shifted =
                          MemorySegment.ofArray(new byte[Math.toIntExact(host.byteSize())]);
                      long lost = Float.BYTES - skew;
                      MemorySegment.copy(host, lost, shifted, 0, host.byteSize() - lost);
                      super.upload(shifted, to);
                    }
                  }
                },
            // Host memory on the Java heap is always aligned; one case takes native memory.
            "VERB-TRANSFER-004"));
  }

  private static Tensor dense(Tensor tensor) {
    long offset = tensor.layout().offset();
    Layout packed = Layout.contiguous(tensor.shape());
    return offset + packed.end() <= tensor.buffer().elements()
        ? tensor.view(Layout.strided(tensor.shape(), packed.strides(), offset))
        : tensor;
  }

  private static Mutant queue(
      String name, String bug, Function<Backend, Backend> broken, String... killers) {
    return new Mutant(
        name,
        bug,
        GoodBackend.QUEUE,
        () -> broken.apply(GoodBackend.HEAP.open()),
        List.of(killers));
  }

  private static Mutant transfer(
      String name, String bug, Function<Backend, Backend> broken, String... killers) {
    return new Mutant(
        name, bug, GoodBackend.HEAP, () -> broken.apply(GoodBackend.HEAP.open()), List.of(killers));
  }
}
