package org.polyak.opencl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.polyak.opencl.driver.Kernel;
import org.polyak.opencl.driver.Program;
import org.polyak.opencl.driver.ProgramCache;
import org.polyak.opencl.driver.Queue;

/**
 * All kernels of the device: the functions of one OpenCL C resource under one set of options are
 * built when the first of them is asked for, and kept until the device closes.
 */
final class KernelLibrary implements AutoCloseable {
  private final Queue queue;
  private final ProgramCache cache;
  private final String general;
  private final Map<String, Program> programs = new HashMap<>();
  private final Map<String, Kernel> kernels = new HashMap<>();

  /**
   * No kernels yet.
   *
   * @param general options of every program
   */
  KernelLibrary(Queue queue, ProgramCache cache, String general) {
    this.queue = queue;
    this.cache = cache;
    this.general = general;
  }

  /**
   * A kernel.
   *
   * @param resource the file beside this class, without {@code .cl}
   * @param options of the compiler
   * @param function the kernel's name
   */
  Kernel kernel(String resource, String options, String function) {
    return kernels.computeIfAbsent(
        resource + " " + options + " " + function,
        name -> program(resource, options).kernel(function));
  }

  private Program program(String resource, String options) {
    return programs.computeIfAbsent(
        resource + " " + options,
        name ->
            Program.build(
                queue, cache, resource + ".cl", source(resource), general + " " + options));
  }

  private static String source(String resource) {
    try (InputStream stream = KernelLibrary.class.getResourceAsStream(resource + ".cl")) {
      if (stream == null) {
        throw new IllegalStateException("The jar lacks its resource " + resource + ".cl.");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the resource " + resource + ".cl.", e);
    }
  }

  @Override
  public void close() {
    kernels.values().forEach(Kernel::close);
    programs.values().forEach(Program::close);
  }
}
