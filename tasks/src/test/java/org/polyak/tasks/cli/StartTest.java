package org.polyak.tasks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process does before the command that it was started for. */
final class StartTest {
  @TempDir private Path folder;

  /** A machine without OpenCL, or with a driver that does not load, must not notice. */
  @Test
  void anotherBackendRunsWithoutTouchingOpenCl() throws Exception {
    Path classes = folder.resolve("classes.txt");
    List<String> lines =
        run(
            "-Xlog:class+load:file=" + classes,
            CommandRunner.tinyArguments(
                "train", "copy", "--backend", "cpu-simd", "--steps", "2", "--out", "run"));
    assertThat(lines).filteredOn(line -> line.startsWith("Report: ")).hasSize(1);
    assertThat(Files.readAllLines(classes))
        .anyMatch(line -> line.contains("org.polyak.cpu."))
        .noneMatch(line -> line.contains("org.jocl."));
  }

  @Test
  void listingTheBackendsPrintsNoWarningButTheVectorApis() throws Exception {
    assertThat(run("-Xshare:auto", "backends"))
        .filteredOn(line -> line.startsWith("WARNING"))
        .containsExactly("WARNING: Using incubator modules: jdk.incubator.vector");
  }

  /** All lines that a successful command printed. */
  private List<String> run(String javaOption, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(javaOption);
    command.add("--add-modules=jdk.incubator.vector");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Djava.awt.headless=true");
    command.addAll(List.of("--class-path", System.getProperty("java.class.path")));
    command.add(Polyak.class.getName());
    command.addAll(List.of(arguments));
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    int code = process.waitFor();
    List<String> lines = Files.readAllLines(output);
    assertThat(code).as(String.join("\n", lines)).isZero();
    return lines;
  }
}
