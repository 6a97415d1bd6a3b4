package org.polyak.opencl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.polyak.opencl.driver.Kernel;
import org.polyak.opencl.driver.Program;
import org.polyak.opencl.driver.ProgramCache;
import org.polyak.opencl.driver.Queue;
import org.polyak.spi.Profile;

/**
 * All kernels of the device: the functions of one OpenCL C resource under one set of options are
 * built when the first of them is asked for, and kept until the device closes.
 */
final class KernelLibrary implements AutoCloseable {
  private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"(.+)\"$");

  private final Queue queue;
  private final ProgramCache cache;
  private final String general;
  private final Map<ProgramName, Program> programs = new HashMap<>();
  private final Map<KernelName, Kernel> kernels = new HashMap<>();

  private record ProgramName(String resource, String options) {}

  private record KernelName(String resource, String options, String function, int instance) {}

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
   * A kernel. Found fastest when the options are the same string at every call.
   *
   * @param resource the file beside this class, without {@code .cl}; a line {@code #include "…"} in
   *     it stands for another such file
   * @param options of the compiler
   * @param function the kernel's name
   * @param instance kernels of different numbers remember different arguments
   */
  Kernel kernel(String resource, String options, String function, int instance) {
    return kernels.computeIfAbsent(
        new KernelName(resource, options, function, instance),
        name -> program(resource, options).kernel(function));
  }

  /**
   * Launches, and their device time where the queue measures it, by {@code resource.function}: with
   * whatever options it was built, a kernel is counted under one name.
   */
  List<Profile.KernelCount> counts() {
    Map<String, Long> launches = new TreeMap<>();
    Map<String, Long> nanoseconds = new HashMap<>();
    kernels.forEach((key, kernel) -> {
      String name = key.resource() + "." + key.function();
      launches.merge(name, kernel.launches(), Long::sum);
      nanoseconds.merge(name, kernel.nanoseconds(), Long::sum);
    });
    launches.values().removeIf(count -> count == 0);
    return launches.entrySet().stream()
        .map(entry ->
            new Profile.KernelCount(
                entry.getKey(),
                entry.getValue(),
                queue.measures() ? nanoseconds.getOrDefault(entry.getKey(), 0L) : -1))
        .toList();
  }

  /** Begins to count launches from 0 again. */
  void clearCounts() {
    kernels.values().forEach(Kernel::clearCounts);
  }

  private Program program(String resource, String options) {
    return programs.computeIfAbsent(
        new ProgramName(resource, options),
        name ->
            Program.build(
                queue, cache, resource + ".cl", source(resource + ".cl"), general + " " + options));
  }

  private static String source(String file) {
    try (InputStream stream = KernelLibrary.class.getResourceAsStream(file)) {
      if (stream == null) {
        throw new IllegalStateException("The jar lacks its resource %s.".formatted(file));
      }
      String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      return INCLUDE
          .matcher(text)
          .replaceAll(line -> Matcher.quoteReplacement(source(line.group(1))));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the resource %s.".formatted(file), e);
    }
  }

  @Override
  public void close() {
    kernels.values().forEach(Kernel::close);
    programs.values().forEach(Program::close);
  }
}
