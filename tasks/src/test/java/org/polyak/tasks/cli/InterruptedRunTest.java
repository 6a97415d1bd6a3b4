package org.polyak.tasks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.tasks.cli.CommandRunner.Ending;

/** Ends the process of a run in the middle, with and without its consent. */
final class InterruptedRunTest {
  private static final int STEPS = 1500;
  private static final long PATIENCE_SECONDS = 120;

  @TempDir Path folder;

  @Test
  void aKilledRunResumesToTheSameBits() throws Exception {
    assertResumesToTheSameBits("killed", process -> process.destroyForcibly());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // It knows no signal that a process can answer.
  void anInterruptedRunSaysHowToGoOnAndResumesToTheSameBits() throws Exception {
    String said = assertResumesToTheSameBits("interrupted", Process::destroy);
    assertThat(said).contains("Go on with: polyak train --resume");
  }

  /** Ends a process. */
  @FunctionalInterface
  private interface End {
    void of(Process process);
  }

  private String assertResumesToTheSameBits(String name, End end) throws Exception {
    CommandRunner polyak = new CommandRunner(folder);
    Path run = folder.resolve(name);
    Path log = folder.resolve(name + ".log");
    Process process = start(run, log);
    try {
      awaitMetrics(process, run.resolve("metrics.jsonl"), log);
      end.of(process);
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isNotZero();
    assertThat(run.resolve("result.json")).doesNotExist();

    Ending resumed = polyak.run("train", "--resume", run.toString());
    assertThat(resumed.code()).as(resumed.err()).isZero();
    Ending whole = polyak.tiny(arguments(folder.resolve("whole-" + name)));
    assertThat(whole.code()).as(whole.err()).isZero();
    assertThat(Files.readAllBytes(run.resolve("model.safetensors")))
        .isEqualTo(Files.readAllBytes(folder.resolve("whole-" + name + "/model.safetensors")));
    return Files.readString(log);
  }

  private static String[] arguments(Path out) {
    return new String[] {
      "train", "copy", "--steps", String.valueOf(STEPS), "--out", out.toString()
    };
  }

  private Process start(Path run, Path log) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-Djava.awt.headless=true"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Polyak.class.getName());
    command.addAll(List.of(CommandRunner.tinyArguments(arguments(run))));
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  /** Waits until a few steps are done. */
  private static void awaitMetrics(Process process, Path metrics, Path log) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!Files.exists(metrics) || Files.readAllLines(metrics).size() < 4) {
      assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
      assertThat(System.nanoTime())
          .as("still no metrics: " + Files.readString(log))
          .isLessThan(end);
      Thread.sleep(5);
    }
  }
}
