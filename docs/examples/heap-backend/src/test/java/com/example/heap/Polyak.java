package com.example.heap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command {@code polyak} as its launcher starts it, on the module path, with this backend's jar
 * named by the environment variable {@code CLASSPATH}.
 */
final class Polyak {
  private Polyak() {}

  /** What a successful command printed, with its errors and progress. */
  static String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.awt.headless=true");
    command.add("--enable-native-access=jocl,org.polyak.opencl");
    command.add("--module-path");
    command.add(System.getProperty("polyak.modules"));
    command.add("--module");
    command.add("org.polyak.tasks/org.polyak.tasks.cli.Polyak");
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile("polyak", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().put("CLASSPATH", System.getProperty("heap.jar"));
      int exit = builder.start().waitFor();
      String text = Files.readString(output);
      assertEquals(0, exit, () -> "polyak " + String.join(" ", arguments) + "\n" + text);
      return text;
    } finally {
      Files.delete(output);
    }
  }
}
