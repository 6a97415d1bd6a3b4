package org.polyak.opencl.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Drivers that compile with LLVM replace Java's handlers, and the next two crashes end the JVM. */
@EnabledOnOs(OS.LINUX)
class SignalHandlersTest {
  private static final int FLOATING_POINT_ERROR = 8;
  private static final int SEGMENTATION_FAULT = 11;
  private static final int TERMINATION = 15;

  @TempDir Path folder;

  @Test
  void javaKeepsItsHandlersWhenADeviceIsOpenedAndAKernelBuiltAndRun() throws IOException {
    try (Queue queue = TestDevices.queue();
        Memory memory = queue.allocate(Integer.BYTES).orElseThrow();
        Program program =
            Program.build(
                queue,
                new ProgramCache(folder),
                "test",
                "__kernel void set(__global int *x) { *x = 1; }",
                "");
        Kernel kernel = program.kernel("set")) {
      kernel.begin().memory(memory).launch(queue, 1, 1);
      queue.finish();
      for (int signal : new int[] {FLOATING_POINT_ERROR, SEGMENTATION_FAULT, TERMINATION}) {
        assertThat(libraryOf(signal)).as("signal " + signal).contains("libjvm.so");
      }
    }
  }

  /** The line of the process's memory map in which the handler of a signal lies. */
  private static String libraryOf(int signal) throws IOException {
    try (SignalHandlers now = SignalHandlers.keep()) {
      long address = now.handler(signal);
      for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
        String[] range = line.substring(0, line.indexOf(' ')).split("-", -1);
        if (Long.compareUnsigned(address, Long.parseUnsignedLong(range[0], 16)) >= 0
            && Long.compareUnsigned(address, Long.parseUnsignedLong(range[1], 16)) < 0) {
          return line;
        }
      }
      return "nowhere";
    }
  }
}
