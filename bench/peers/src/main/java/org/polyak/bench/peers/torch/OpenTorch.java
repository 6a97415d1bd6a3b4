package org.polyak.bench.peers.torch;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.polyak.bench.load.AttentionLoad;
import org.polyak.bench.load.BatchShape;
import org.polyak.bench.load.GenerationLoad;
import org.polyak.bench.load.Load;
import org.polyak.bench.load.MatmulLoad;
import org.polyak.bench.load.RecomputationLoad;
import org.polyak.bench.load.RowLoad;
import org.polyak.bench.load.TrainingLoad;
import org.polyak.bench.load.UnaryLoad;
import org.polyak.bench.peer.OpenPeer;
import org.polyak.bench.peer.PeerInputs;
import org.polyak.bench.peer.PeerUnavailableException;
import org.polyak.nn.random.Generator;

/** PyTorch with its libraries loaded. */
final class OpenTorch implements OpenPeer {
  /** DJL's name of it. */
  static final String ENGINE = "PyTorch";

  private final Engine engine;
  private final NDManager manager;
  private final int threads;
  private final boolean inPlace;
  private final List<Script> scripts = new ArrayList<>();

  private OpenTorch(Engine engine, int threads, boolean inPlace) {
    this.engine = engine;
    this.threads = threads;
    this.inPlace = inPlace;
    this.manager = engine.newBaseManager();
  }

  /**
   * Loads the libraries.
   *
   * @param inPlace whether attention without gradients overwrites its intermediate results
   */
  static OpenTorch open(int threads, boolean inPlace) {
    try {
      Engine engine = Engine.getEngine(ENGINE);
      JniUtils.setNumThreads(threads);
      return new OpenTorch(engine, threads, inPlace);
    } catch (EngineException | UnsatisfiedLinkError e) {
      throw new PeerUnavailableException(
          "DJL cannot load PyTorch: %s.".formatted(e.getMessage()),
          "It needs linux-x86_64 and room for half a gigabyte in the user's home.",
          e);
    }
  }

  @Override
  public String description() {
    return "%s; TorchScript; %d threads".formatted(engine.getVersion(), threads);
  }

  @Override
  public Load.Work prepare(Load load, PeerInputs inputs) {
    Tensors tensors = new Tensors(manager, inputs);
    return switch (load) {
      case MatmulLoad products -> {
        NDArray a = tensors.normal("a", products.dimsOfA());
        NDArray b = tensors.normal("b", products.dimsOfB());
        // PyTorch gives an empty tensor the shape of its result.
        yield work(kernels().inference("matmul", a, b, tensors.empty()));
      }
      case UnaryLoad unary -> {
        NDArray in = tensors.normal("in", unary.rows(), unary.columns());
        yield work(kernels().inference(lowerCase(unary.op()), in, tensors.empty()));
      }
      case RowLoad rows -> rows(rows, tensors);
      case AttentionLoad attention -> attention(attention, tensors);
      case TrainingLoad training ->
          new TrainingWork(training, script("Training", ModelSettings.of(training)), tensors);
      case GenerationLoad generation ->
          new GenerationWork(
              generation, script("Generation", ModelSettings.of(generation)), tensors);
      case RecomputationLoad recomputation ->
          recomputation(
              recomputation, script("Recomputation", ModelSettings.of(recomputation)), tensors);
    };
  }

  @Override
  public void close() {
    scripts.forEach(Script::close);
    manager.close();
  }

  private Load.Work rows(RowLoad load, Tensors tensors) {
    int rows = load.rows();
    int columns = load.columns();
    List<NDArray> inputs = new ArrayList<>();
    switch (load.operation()) {
      case BIAS_GELU -> {
        inputs.add(tensors.normal("in", rows, columns));
        inputs.add(tensors.normal("bias", columns));
      }
      case LAYER_NORM -> {
        inputs.add(tensors.normal("in", rows, columns));
        inputs.add(tensors.normal("gain", columns));
        inputs.add(tensors.normal("bias", columns));
      }
      case SOFTMAX -> inputs.add(tensors.normal("in", rows, columns));
      case CROSS_ENTROPY -> {
        inputs.add(tensors.normal("logits", rows, columns));
        inputs.add(tensors.integers("targets", columns, rows));
      }
    }
    if (load.gradient() && load.operation() != RowLoad.Operation.CROSS_ENTROPY) {
      inputs.add(tensors.normal("weights", rows, columns));
    }
    String method = lowerCase(load.operation());
    return work(call(kernels(), method, load.gradient(), inputs));
  }

  private Load.Work attention(AttentionLoad load, Tensors tensors) {
    int[] dims = {load.batch(), load.length(), load.heads(), load.dim()};
    List<NDArray> inputs =
        Stream.of("queries", "keys", "values").map(name -> tensors.normal(name, dims)).toList();
    Script script = script("Attention", ModelSettings.of(load.variant()));
    String method = inPlace ? "attention_in_place" : "attention";
    return work(call(script, method, load.gradient(), inputs));
  }

  private static Load.Work recomputation(RecomputationLoad load, Script script, Tensors tensors) {
    BatchShape shape = load.shape();
    script.inference("start", tensors.parameters()).run();
    NDArray pixels = tensors.indices(load.pixels(), shape.batch(), shape.length());
    Script.Call last = script.inference("last", pixels);
    GenerationLoad generation = new GenerationLoad(load.variant(), shape);
    Generator draws = Generator.ofSeed(1).split("draws");
    int[] drawn = new int[shape.batch()];
    return Load.Work.of(
        () -> generation.draw(last.outputs().getFirst(), draws, drawn), last::outputs);
  }

  private Script kernels() {
    return script("Kernels", new Script.Settings());
  }

  /** Loads a module; it lives as long as this. */
  private Script script(String type, Script.Settings settings) {
    Script script = Script.load(type, settings, manager);
    scripts.add(script);
    return script;
  }

  private static Script.Call call(
      Script script, String method, boolean gradient, List<NDArray> inputs) {
    NDArray[] arguments = inputs.toArray(NDArray[]::new);
    return gradient
        ? script.recording(method + "_gradients", arguments)
        : script.inference(method, arguments);
  }

  private static Load.Work work(Script.Call call) {
    return Load.Work.of(call, call::outputs);
  }

  private static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
