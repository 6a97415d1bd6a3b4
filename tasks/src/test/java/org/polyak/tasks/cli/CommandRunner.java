package org.polyak.tasks.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Assumptions;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.Probe;

/** Runs {@code polyak} inside the test, in a folder of its own. */
final class CommandRunner {
  /** A model and a run so small that a test can wait for it. */
  private static final List<String> TINY =
      List.of(
          "--set", "task.max-length=12",
          "--set", "model.layers=2",
          "--set", "model.heads=2",
          "--set", "model.head-dim=8",
          "--set", "model.feed-forward=16",
          "--set", "model.dropout=0.1",
          "--set", "train.batch-size=4",
          "--set", "train.log-every=5",
          "--set", "train.evaluate-every=10",
          "--set", "train.evaluate-batches=2",
          "--set", "train.checkpoint-every=7",
          "--set", "generate.count=2");

  /** One thread of the processor, or what the build names in {@code polyak.tested.backend}. */
  private static final List<String> DEVICE =
      testedBackend().equals("opencl")
          ? List.of(
              "--backend", "opencl",
              "--set", "backend-options.type=cpu",
              "--set", "backend-options.cache=" + Path.of("target/opencl").toAbsolutePath())
          : List.of("--threads", "1");

  private final Path folder;

  CommandRunner(Path folder) {
    this.folder = folder;
    if (testedBackend().equals("opencl") && !Boolean.getBoolean("polyak.opencl.required")) {
      abortWithoutDevice();
    }
  }

  /** The tested backend may need a device that this machine lacks. */
  private static void abortWithoutDevice() {
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
      if (provider.id().equals("opencl")
          && provider.probe(BackendOptions.of(Map.of("type", "cpu")))
              instanceof Probe.Missing(String reason, String remedy)) {
        Assumptions.abort(reason + ". " + remedy);
      }
    }
  }

  /**
   * How a command ended.
   *
   * @param code its exit code
   * @param out what it printed
   * @param err what it complained about
   */
  record Ending(int code, String out, String err) {}

  /** Runs a command with these arguments. */
  Ending run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Terminal terminal = new Terminal(new PrintWriter(out, true), new PrintWriter(err, true), false);
    int code =
        Polyak.run(
            new Surroundings(
                terminal, new Properties(), Map.of(), folder, folder, InstantSource.system()),
            arguments);
    return new Ending(code, out.toString(), err.toString());
  }

  /** Runs a command that trains the copy task, with a tiny model. */
  Ending tiny(String... arguments) {
    return run(tinyArguments(arguments));
  }

  static String[] tinyArguments(String... arguments) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(TINY);
    all.addAll(DEVICE);
    return all.toArray(String[]::new);
  }

  /** The backend on which {@link #tiny} trains. */
  static String testedBackend() {
    return System.getProperty("polyak.tested.backend", "cpu-simd");
  }

  /** A path below the runner's folder, as an argument. */
  String path(String name) {
    return folder.resolve(name).toString();
  }
}
