package com.example.counting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program as its users do: by itself, from the jars in the folder {@code app}. */
class ProgramIT {
  private static final String APP = System.getProperty("app");
  private static final List<String> MODULE_PATH = List.of("--module-path", APP, "--module");
  private static final List<String> CLASS_PATH =
      List.of("--add-modules", "jdk.incubator.vector", "--class-path", APP + File.separator + "*");

  @TempDir private Path folder;

  @Test
  void learnsAlikeOnEitherPathAndWithEitherAssembly() throws Exception {
    List<String> expected = run(MODULE_PATH, "com.example.counting/com.example.counting.Plain");
    assertEquals(expected, run(MODULE_PATH, "com.example.counting/com.example.counting.Guiced"));
    assertEquals(expected, run(CLASS_PATH, "com.example.counting.Plain"));
    assertEquals(expected, run(CLASS_PATH, "com.example.counting.Guiced"));

    List<Double> losses = values(expected, "Step \\d+: loss ");
    assertTrue(losses.getLast() < 0.1 * losses.getFirst(), losses::toString);
    List<Double> numbers = values(expected, "Number ");
    assertEquals(List.of(3.0, 6.0, 9.0, 1.0, 4.0, 7.0, 10.0, 2.0, 5.0, 8.0, 0.0), numbers);
  }

  /** The lines that the program printed; it ends with success, having left a model. */
  private List<String> run(List<String> path, String program)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "output", ".txt");
    Path model = Files.createTempDirectory(folder, "run").resolve("model.safetensors");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(path);
    command.add(program);
    command.add(model.toString());
    int exit =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start()
            .waitFor();
    List<String> lines = Files.readAllLines(output);
    assertEquals(0, exit, () -> String.join(" ", command) + "\n" + String.join("\n", lines));
    assertTrue(Files.exists(model));
    return lines;
  }

  /** The numbers on the lines that begin with some text. */
  private static List<Double> values(List<String> lines, String prefix) {
    return lines.stream()
        .filter(line -> line.matches(prefix + "[0-9.eE-]+"))
        .map(line -> Double.valueOf(line.replaceFirst(prefix, "")))
        .toList();
  }
}
