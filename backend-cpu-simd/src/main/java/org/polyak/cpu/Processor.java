package org.polyak.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The name of the processor, for reports. */
final class Processor {
  private static final Path LINUX_LIST = Path.of("/proc/cpuinfo");

  private Processor() {}

  /** The maker's name where the system tells it, else the architecture. */
  static String name() {
    if (Files.isReadable(LINUX_LIST)) {
      try (Stream<String> lines = Files.lines(LINUX_LIST)) {
        return lines
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElseGet(Processor::architecture);
      } catch (IOException e) {
        return architecture();
      }
    }
    return architecture();
  }

  private static String architecture() {
    return System.getProperty("os.arch", "unknown processor");
  }
}
