package org.polyak.conformance.scopes;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.DType;
import org.polyak.spi.Download;
import org.polyak.spi.Kernels;
import org.polyak.spi.MemoryStats;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/** Lifetimes of device memory. */
public final class ScopeCases {
  private static final Shape SHAPE = Shape.of(3, 4);

  private ScopeCases() {}

  /** The families. */
  public static List<Family> families() {
    Definition lifetimes =
        new Definition(
            "a tensor lives until its scope closes, releases it or moves it elsewhere", "Scope");
    return List.of(
        new Family("MEM", Chapter.MEMORY, lifetimes)
            .add("a new tensor has the shape and type that were asked for", ScopeCases::fresh)
            .add("what is held is counted, children included", ScopeCases::counted)
            .add(
                "every verb refuses a tensor of a closed scope, naming it",
                ScopeCases::verbsAfterClose)
            .add(
                "transfers refuse a tensor of a closed scope, naming it",
                ScopeCases::transfersAfterClose)
            .add("a second close is harmless", ScopeCases::closedTwice)
            .add("a scope closes its children first", ScopeCases::closesChildren)
            .add("a closed scope allocates nothing", ScopeCases::allocatesAfterClose)
            .add("a released tensor is dead with all its views", ScopeCases::released)
            .add("a moved tensor outlives its first scope", ScopeCases::moved)
            .add("only the owner can release or move", ScopeCases::ownership)
            .add("tensors do not share memory", ScopeCases::distinct)
            .add("recycled memory leaves survivors alone", ScopeCases::recycled)
            .add("memory given back can be had again, many times over", ScopeCases::manyTimes)
            .add("work submitted before a release still reads its input", ScopeCases::pending)
            .add("tensors without elements", ScopeCases::empty)
            .add("the backend says what it is", ScopeCases::describesItself)
            .add("memory given back is left alone until nothing reads it", ScopeCases::stillRead)
            .add("memory given back once is handed out once", ScopeCases::handedOutOnce)
            .add("a release leaves its neighbours alone", ScopeCases::neighbours)
            .add("a download brings what was there when it was begun", ScopeCases::begunDownload));
  }

  private static void fresh(CaseContext c, Samples s) {
    for (DType dtype : DType.values()) {
      for (Shape shape : List.of(Shape.of(), Shape.of(7), Shape.of(2, 3, 5, 7))) {
        Tensor tensor = c.scope().allocate(dtype, shape);
        c.check(
            tensor.dtype() == dtype
                && tensor.shape().equals(shape)
                && tensor.layout().isContiguous()
                && tensor.buffer().elements() >= shape.size(),
            "allocating %s %s gave %s".formatted(dtype, shape, tensor));
      }
    }
  }

  private static void counted(CaseContext c, Samples s) {
    try (Scope scope = c.backend().openScope("counted")) {
      Tensor first = scope.allocate(DType.F32, Shape.of(100));
      Scope child = scope.child("child");
      Tensor second = child.allocate(DType.I32, Shape.of(50));
      long both = first.buffer().bytes() + second.buffer().bytes();
      c.check(
          scope.stats().equals(new MemoryStats(2, both, both)),
          "two buffers counted as " + scope.stats());
      c.check(both >= 600, "150 elements of 4 bytes counted as " + both);
      child.close();
      c.check(
          scope.stats().equals(new MemoryStats(1, first.buffer().bytes(), both)),
          "after the child closed: " + scope.stats());
      scope.release(first);
      c.check(scope.stats().liveBuffers() == 0, "after the release: " + scope.stats());
    }
  }

  private static void verbsAfterClose(CaseContext c, Samples s) {
    Tensor dead = dead(c, DType.F32, SHAPE);
    Tensor deadIndices = dead(c, DType.I32, Shape.of(3));
    Tensor x = c.scope().allocate(DType.F32, SHAPE);
    Tensor column = c.scope().allocate(DType.F32, Shape.of(3, 1));
    Tensor square = c.scope().allocate(DType.F32, Shape.of(4, 4));
    Tensor indices = c.scope().allocate(DType.I32, Shape.of(3));
    c.kernels().fill(x, 1);
    c.kernels().fill(square, 1);
    c.kernels().fill(indices, 0);
    Kernels k = c.kernels();
    Map<String, Runnable> uses = new LinkedHashMap<>();
    uses.put("fill", () -> k.fill(dead, 1));
    uses.put("copy from", () -> k.copy(dead, x));
    uses.put("copy to", () -> k.copy(x, dead));
    uses.put("unary of", () -> k.unary(UnaryOp.NEGATE, dead, x));
    uses.put("unary to", () -> k.unary(UnaryOp.NEGATE, x, dead));
    uses.put("binary of first", () -> k.binary(BinaryOp.ADD, dead, x, x));
    uses.put("binary of second", () -> k.binary(BinaryOp.ADD, x, dead, x));
    uses.put("binary to", () -> k.binary(BinaryOp.ADD, x, x, dead));
    uses.put("select by", () -> k.select(dead, x, x, x));
    uses.put("select first", () -> k.select(x, dead, x, x));
    uses.put("select second", () -> k.select(x, x, dead, x));
    uses.put("select to", () -> k.select(x, x, x, dead));
    uses.put("reduce of", () -> k.reduce(ReduceOp.SUM, dead, 1, column));
    uses.put("reduce to", () -> k.reduce(ReduceOp.SUM, x, 1, dead.slice(1, 0, 1)));
    uses.put("cumulativeSum of", () -> k.cumulativeSum(dead, 1, false, x));
    uses.put("cumulativeSum to", () -> k.cumulativeSum(x, 1, false, dead));
    uses.put("matmul of first", () -> k.matmul(dead, square, false, x));
    uses.put(
        "matmul of second", () -> k.matmul(square.slice(0, 0, 3).slice(1, 0, 3), dead, false, x));
    uses.put("matmul to", () -> k.matmul(x, square, false, dead));
    uses.put("gatherRows of", () -> k.gatherRows(dead, indices, x));
    uses.put("gatherRows by", () -> k.gatherRows(x, deadIndices, x));
    uses.put("gatherRows to", () -> k.gatherRows(square, indices, dead));
    uses.put("scatterAddRows of", () -> k.scatterAddRows(dead, indices, square));
    uses.put("scatterAddRows by", () -> k.scatterAddRows(x, deadIndices, square));
    uses.put("scatterAddRows to", () -> k.scatterAddRows(square.slice(0, 0, 3), indices, dead));
    uses.forEach((name, use) -> refusesDead(c, name, use));
  }

  private static void transfersAfterClose(CaseContext c, Samples s) {
    Tensor dead = dead(c, DType.F32, SHAPE);
    MemorySegment host = MemorySegment.ofArray(new float[12]);
    refusesDead(c, "upload", () -> c.backend().upload(host, dead));
    refusesDead(c, "download", () -> c.backend().download(dead, host));
    refusesDead(c, "beginDownload", () -> c.backend().beginDownload(dead).to(host));
  }

  private static void begunDownload(CaseContext c, Samples s) {
    float[] numbers = s.normal(12, 1);
    float[] whole = new float[12];
    float[] part = new float[6];
    List<Download> downloads = new ArrayList<>();
    try (Scope scope = c.backend().openScope("begun")) {
      Tensor x = scope.allocate(DType.F32, SHAPE);
      c.backend().upload(MemorySegment.ofArray(numbers), x);
      downloads.add(c.backend().beginDownload(x));
      downloads.add(c.backend().beginDownload(x.slice(1, 1, 3)));
      c.kernels().fill(x, 7);
      downloads.get(1).to(MemorySegment.ofArray(part));
    }
    downloads.get(0).to(MemorySegment.ofArray(whole));
    c.expectSameBits("the whole", whole, numbers);
    float[] wanted = {numbers[1], numbers[2], numbers[5], numbers[6], numbers[9], numbers[10]};
    c.expectSameBits("two columns", part, wanted);
  }

  private static void closedTwice(CaseContext c, Samples s) {
    Scope scope = c.backend().openScope("twice");
    scope.allocate(DType.F32, SHAPE);
    scope.close();
    scope.close();
    c.check(scope.stats().liveBuffers() == 0, "still counted: " + scope.stats());
  }

  private static void closesChildren(CaseContext c, Samples s) {
    Scope scope = c.backend().openScope("parent");
    Scope child = scope.child("child");
    Tensor tensor = child.child("grandchild").allocate(DType.F32, SHAPE);
    scope.close();
    String message =
        c.expectThrows(
            IllegalStateException.class,
            "use of a closed grandchild",
            () -> c.kernels().fill(tensor, 0));
    c.check(message.contains("parent/child/grandchild"), "not named: " + message);
    c.expectThrows(IllegalStateException.class, "a closed child", () -> child.child("late"));
    child.close();
  }

  private static void allocatesAfterClose(CaseContext c, Samples s) {
    Scope scope = c.backend().openScope("finished");
    scope.close();
    String message =
        c.expectThrows(
            IllegalStateException.class, "allocation", () -> scope.allocate(DType.F32, SHAPE));
    c.check(message.contains("finished"), "not named: " + message);
  }

  private static void released(CaseContext c, Samples s) {
    try (Scope scope = c.backend().openScope("releasing")) {
      Tensor tensor = scope.allocate(DType.F32, SHAPE);
      Tensor view = tensor.transpose(0, 1);
      scope.release(tensor);
      String message =
          c.expectThrows(
              IllegalStateException.class, "use of a view", () -> c.kernels().fill(view, 0));
      c.check(message.contains("releasing"), "not named: " + message);
      c.expectThrows(IllegalStateException.class, "a second release", () -> scope.release(tensor));
      c.check(scope.stats().liveBuffers() == 0, "still counted: " + scope.stats());
    }
  }

  private static void moved(CaseContext c, Samples s) {
    float[] values = s.normal(12, 1);
    try (Scope target = c.backend().openScope("target")) {
      Tensor tensor;
      try (Scope source = c.backend().openScope("source")) {
        tensor = source.allocate(DType.F32, SHAPE);
        c.backend().upload(MemorySegment.ofArray(values), tensor);
        c.check(source.moveTo(target, tensor).equals(tensor), "moving gave another tensor");
        c.check(source.stats().liveBuffers() == 0, "the source still counts it");
        c.check(target.stats().liveBuffers() == 1, "the target does not count it");
      }
      float[] found = new float[12];
      c.backend().download(tensor.transpose(0, 1).transpose(0, 1), MemorySegment.ofArray(found));
      c.expectSameBits("moved", found, values);
    }
  }

  private static void ownership(CaseContext c, Samples s) {
    try (Scope owner = c.backend().openScope("owner");
        Scope other = c.backend().openScope("other")) {
      Tensor tensor = owner.allocate(DType.F32, SHAPE);
      c.expectThrows(
          IllegalArgumentException.class, "a stranger's release", () -> other.release(tensor));
      c.expectThrows(
          IllegalArgumentException.class, "a stranger's move", () -> other.moveTo(owner, tensor));
      c.kernels().fill(tensor, 0);
    }
  }

  private static void distinct(CaseContext c, Samples s) {
    List<Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      Tensor tensor = c.scope().allocate(DType.F32, Shape.of(1 + i % 70));
      c.kernels().fill(tensor, i);
      tensors.add(tensor);
    }
    for (int i = 0; i < tensors.size(); i++) {
      holds(c, tensors.get(i), i);
    }
  }

  private static void recycled(CaseContext c, Samples s) {
    Tensor survivor = c.scope().allocate(DType.F32, Shape.of(1000));
    c.kernels().fill(survivor, 42);
    for (int round = 0; round < 50; round++) {
      try (Scope scope = c.backend().openScope("round")) {
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          Tensor tensor = scope.allocate(DType.F32, Shape.of(1000 - round - i));
          c.kernels().fill(tensor, i);
          tensors.add(tensor);
        }
        scope.release(tensors.removeFirst());
        for (int i = 0; i < tensors.size(); i++) {
          holds(c, tensors.get(i), i + 1);
        }
      }
    }
    holds(c, survivor, 42);
  }

  /** 8 GiB in all, 32 MiB at a time. */
  private static void manyTimes(CaseContext c, Samples s) {
    for (int round = 0; round < 256; round++) {
      try (Scope scope = c.backend().openScope("round")) {
        Tensor tensor = scope.allocate(DType.F32, Shape.of(8 << 20));
        c.kernels().fill(tensor.slice(0, 0, 1), round);
        c.backend().finish();
      }
    }
  }

  private static void pending(CaseContext c, Samples s) {
    int n = 300;
    Tensor out = c.scope().allocate(DType.F32, Shape.of(n, n));
    try (Scope brief = c.backend().openScope("brief")) {
      Tensor a = brief.allocate(DType.F32, Shape.of(n, n));
      Tensor b = brief.allocate(DType.F32, Shape.of(n, n));
      c.kernels().fill(a, 1);
      c.kernels().fill(b, 1);
      c.kernels().matmul(a, b, false, out);
    }
    try (Scope next = c.backend().openScope("next")) {
      for (int i = 0; i < 3; i++) {
        c.kernels().fill(next.allocate(DType.F32, Shape.of(n, n)), -5);
      }
    }
    holds(c, out, n);
  }

  /** As before, but the inputs are complete, so that nothing behind the release writes them. */
  private static void stillRead(CaseContext c, Samples s) {
    int n = 200;
    Tensor out = c.scope().allocate(DType.F32, Shape.of(n, n));
    try (Scope brief = c.backend().openScope("brief")) {
      Tensor a = brief.allocate(DType.F32, Shape.of(n, n));
      Tensor b = brief.allocate(DType.F32, Shape.of(n, n));
      c.kernels().fill(a, 1);
      c.kernels().fill(b, 1);
      c.backend().finish();
      c.kernels().matmul(a, b, false, out);
    }
    try (Scope next = c.backend().openScope("next")) {
      c.backend()
          .upload(
              MemorySegment.ofArray(new float[n * n]), next.allocate(DType.F32, Shape.of(n, n)));
    }
    holds(c, out, n);
  }

  private static void handedOutOnce(CaseContext c, Samples s) {
    try (Scope scope = c.backend().openScope("again")) {
      scope.release(filled(c, scope, 1));
      List<Tensor> tensors = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        tensors.add(filled(c, scope, i));
      }
      for (int i = 0; i < tensors.size(); i++) {
        holds(c, tensors.get(i), i);
      }
    }
  }

  private static void neighbours(CaseContext c, Samples s) {
    try (Scope scope = c.backend().openScope("neighbours")) {
      List<Tensor> tensors = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        tensors.add(filled(c, scope, i));
      }
      for (int i = 1; i < tensors.size(); i += 2) {
        scope.release(tensors.get(i));
      }
      for (int i = 0; i < tensors.size(); i++) {
        filled(c, scope, -1);
      }
      for (int i = 0; i < tensors.size(); i += 2) {
        holds(c, tensors.get(i), i);
      }
    }
  }

  private static void empty(CaseContext c, Samples s) {
    Tensor none = c.scope().allocate(DType.F32, Shape.of(0, 5));
    c.kernels().fill(none, 1);
    c.kernels().unary(UnaryOp.NEGATE, none, none);
    c.kernels().binary(BinaryOp.ADD, none, none, none);
    c.kernels().select(none, none, none, none);
    c.scope().release(none);
  }

  private static void describesItself(CaseContext c, Samples s) {
    Backend backend = c.backend();
    BackendInfo info = backend.info();
    c.check(!info.backend().isBlank(), "the backend's id is blank");
    c.check(!info.device().isBlank(), "the device's name is blank");
    c.check(!info.driver().isBlank(), "the driver is blank");
    c.check(
        List.of("f32", "tf32", "bf16").contains(info.precision()),
        "unknown precision " + info.precision());
    c.check(info.threads() >= 0, "threads " + info.threads());
    c.check(info.equals(backend.info()), "it says something else the second time");
    backend.finish();
    backend.finish();
  }

  private static Tensor filled(CaseContext c, Scope scope, float value) {
    Tensor tensor = scope.allocate(DType.F32, Shape.of(1000));
    c.kernels().fill(tensor, value);
    return tensor;
  }

  private static Tensor dead(CaseContext c, DType dtype, Shape shape) {
    try (Scope scope = c.backend().openScope("closed early")) {
      return scope.allocate(dtype, shape);
    }
  }

  private static void refusesDead(CaseContext c, String what, Runnable use) {
    String message =
        c.expectThrows(
            IllegalStateException.class,
            what + " dead memory",
            () -> {
              use.run();
              c.backend().finish();
            });
    c.check(
        message.contains("closed early"),
        "%s does not name the scope: %s".formatted(what, message));
  }

  private static void holds(CaseContext c, Tensor tensor, float value) {
    float[] found = new float[Math.toIntExact(tensor.shape().size())];
    c.backend().download(tensor, MemorySegment.ofArray(found));
    for (float element : found) {
      if (element != value) {
        c.fail("a tensor that was filled with %s holds %s".formatted(value, element));
        return;
      }
    }
  }
}
