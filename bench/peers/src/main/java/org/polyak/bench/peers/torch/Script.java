package org.polyak.bench.peers.torch;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A TorchScript module that is loaded. */
final class Script implements AutoCloseable {
  private final Model model;
  private final NDManager manager;
  private final ParameterStore store;

  private Script(Model model, NDManager manager) {
    this.model = model;
    this.manager = manager;
    this.store = new ParameterStore(manager, false);
  }

  /** What the methods of a module are called with, besides tensors. */
  static final class Settings {
    private final Map<String, @Nullable Object> values =
        new LinkedHashMap<>(Map.of("training", false));

    Settings with(String name, Object value) {
      values.put(name, value);
      return this;
    }

    /** Attributes that a method of the module sets. */
    Settings unset(String... names) {
      for (String name : names) {
        values.put(name, null);
      }
      return this;
    }
  }

  /**
   * Compiles the scripts.
   *
   * @param type see {@link ScriptArchive#of}
   * @param settings the module's attributes
   * @param manager owner of results
   */
  static Script load(String type, Settings settings, NDManager manager) {
    Model model = Model.newInstance(type, manager.getDevice(), OpenTorch.ENGINE);
    try {
      model.load(new ByteArrayInputStream(ScriptArchive.of(type, settings.values)));
    } catch (IOException | MalformedModelException e) {
      throw new IllegalStateException("PyTorch does not take the script of " + type + ".", e);
    }
    return new Script(model, manager);
  }

  /** Calls a method that computes gradients, or leaves tensors for one that does. */
  Call recording(String method, NDArray... inputs) {
    return new Call(method, true, inputs);
  }

  /** Calls a method that computes no gradients, which saves PyTorch the preparations. */
  Call inference(String method, NDArray... inputs) {
    return new Call(method, false, inputs);
  }

  @Override
  public void close() {
    model.close();
  }

  /** A method of the module with its arguments, as often as wanted. */
  final class Call implements Runnable {
    private final NDList arguments;
    private final boolean gradients;

    private Call(String method, boolean gradients, NDArray... inputs) {
      this.gradients = gradients;
      arguments = new NDList(inputs);
      // DJL's way to name a method is an argument with a name that it does not pass on.
      NDArray name = manager.create(0f);
      name.setName("module_method:" + method);
      arguments.add(name);
    }

    @Override
    public void run() {
      call().close();
    }

    /** Calls it and copies the tensors that it returns. */
    List<float[]> outputs() {
      try (NDList results = call()) {
        List<float[]> outputs = new ArrayList<>();
        for (NDArray result : results) {
          outputs.add(result.toFloatArray());
        }
        return outputs;
      }
    }

    private NDList call() {
      JniUtils.setGradMode(gradients);
      return model.getBlock().forward(store, arguments, gradients);
    }
  }
}
