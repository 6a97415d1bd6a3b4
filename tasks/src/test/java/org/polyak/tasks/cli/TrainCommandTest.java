package org.polyak.tasks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.polyak.tasks.ExitCode;
import org.polyak.tasks.cli.CommandRunner.Ending;
import org.polyak.tasks.report.Measurement;
import org.polyak.tasks.report.Metric;
import org.polyak.tasks.report.MetricsFile;

final class TrainCommandTest {
  @TempDir Path folder;
  private CommandRunner polyak;

  @BeforeEach
  void start() {
    polyak = new CommandRunner(folder);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "softmax",
        "linear",
        "linear-unnormalised",
        "momentum",
        "momentum-connection",
        "adaptive"
      })
  void everyVariantTrainsAndLeavesEverythingInItsFolder(String variant) throws IOException {
    Ending ending =
        polyak.tiny("train", "copy", "--variant", variant, "--steps", "12", "--out", run("a"));
    assertThat(ending.code()).as(ending.err()).isZero();
    assertThat(ending.out()).contains("accuracy").contains("report.html");
    assertThat(ending.err()).contains("Backend " + CommandRunner.testedBackend()).contains("12/12");
    for (String file :
        new String[] {
          "config.conf",
          "metrics.jsonl",
          "result.json",
          "curves.png",
          "report.html",
          "model.safetensors"
        }) {
      assertThat(folder.resolve("a").resolve(file)).isNotEmptyFile();
    }
    assertThat(Files.readString(folder.resolve("a/result.json")))
        .contains("\"variant\" : \"" + variant + "\"")
        .contains("\"accuracy\"");
    assertThat(MetricsFile.read(folder.resolve("a/metrics.jsonl"), Metric.ACCURACY))
        .extracting(Measurement::step)
        .containsExactly(5L, 10L, 10L, 12L, 12L);
  }

  @Test
  void theSavedConfigurationRunsAgainToTheSameModel() throws IOException {
    polyak.tiny("train", "copy", "--steps", "9", "--seed", "3", "--out", run("a"));
    Ending again = polyak.run("train", "--config", run("a/config.conf"), "--out", run("b"));
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(model("b")).isEqualTo(model("a"));
    polyak.tiny("train", "copy", "--steps", "9", "--seed", "4", "--out", run("c"));
    assertThat(model("c")).isNotEqualTo(model("a"));
  }

  @Test
  void aRunInTwoPartsEndsLikeOneInOnePart() throws IOException {
    polyak.tiny("train", "copy", "--steps", "15", "--set", CONSTANT, "--out", run("whole"));
    polyak.tiny("train", "copy", "--steps", "6", "--set", CONSTANT, "--out", run("parts"));
    Ending second = polyak.run("train", "--resume", run("parts"), "--steps", "15");
    assertThat(second.code()).as(second.err()).isZero();
    assertThat(second.err()).contains("Going on from step 6");
    assertThat(model("parts")).isEqualTo(model("whole"));
  }

  /** Schedules that end with the run would differ for another number of steps. */
  private static final String CONSTANT = "schedule.kind=constant";

  @Test
  void aFinishedRunCanBeReportedAgain() throws IOException {
    polyak.tiny("train", "copy", "--steps", "5", "--out", run("a"));
    Files.delete(folder.resolve("a/report.html"));
    Ending again = polyak.run("train", "--resume", run("a"));
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(folder.resolve("a/report.html")).exists();
    assertThat(MetricsFile.read(folder.resolve("a/metrics.jsonl"), Metric.ACCURACY))
        .extracting(Measurement::step)
        .containsExactly(5L, 5L);
  }

  @Test
  void doesNotOverwriteARun() {
    polyak.tiny("train", "copy", "--steps", "1", "--out", run("a"));
    Ending again = polyak.tiny("train", "copy", "--steps", "1", "--out", run("a"));
    assertThat(again.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(again.err()).contains("--resume " + run("a"));
  }

  @Test
  void namesNewRunsByTaskVariantAndTime() {
    polyak.tiny("train", "copy", "--steps", "1");
    polyak.tiny("train", "copy", "--steps", "1");
    assertThat(folder.resolve("runs").toFile().list())
        .hasSize(2)
        .allMatch(name -> name.startsWith("copy-momentum-"));
  }

  @Test
  void aDivergingRunNamesTheLayerAndKeepsTheLastGoodCheckpoint() throws IOException {
    Ending ending =
        polyak.tiny(
            "train",
            "copy",
            "--steps",
            "60",
            "--out",
            run("a"),
            "--set",
            CONSTANT,
            "--set",
            "optimizer.kind=sgd",
            "--set",
            "optimizer.clip=none",
            "--set",
            "optimizer.learning-rate=1e30");
    assertThat(ending.code()).isEqualTo(ExitCode.RUN_FAILED.code());
    assertThat(ending.err()).contains("diverged at step").contains("last good checkpoint");
    assertThat(ending.err()).containsPattern("finite are in (the|what) .*(embedding|layers|head)");
    Ending evaluated = polyak.run("evaluate", run("a"));
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
  }

  @Test
  void anUnwritableFolderIsAnOutputError() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    Ending ending = polyak.tiny("train", "copy", "--steps", "1", "--out", run("file/run"));
    assertThat(ending.code()).isEqualTo(ExitCode.OUTPUT_UNWRITABLE.code());
    assertThat(ending.err()).contains("--out");
    assertThat(file).hasContent("in the way");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskIsAnOutputErrorAndLosesNothing() throws IOException {
    polyak.tiny("train", "copy", "--steps", "5", "--out", run("a"));
    byte[] before = model("a");
    Files.createSymbolicLink(folder.resolve("a/model.safetensors.tmp"), Path.of("/dev/full"));
    Ending ending = polyak.run("train", "--resume", run("a"), "--steps", "9");
    assertThat(ending.code()).as(ending.err()).isEqualTo(ExitCode.OUTPUT_UNWRITABLE.code());
    assertThat(ending.err()).contains("model.safetensors");
    assertThat(model("a")).isEqualTo(before);
  }

  @Test
  void aDamagedOrForeignCheckpointIsRefused() throws IOException {
    polyak.tiny("train", "copy", "--steps", "5", "--out", run("a"));
    byte[] good = model("a");
    assertCheckpointRefused("--set", "model.layers=1");
    assertCheckpointRefused("--seed", "99");
    assertCheckpointRefused("--set", "optimizer.kind=adam");

    byte[] flipped = good.clone();
    flipped[flipped.length / 2] ^= 1;
    Files.write(checkpoint("a"), flipped);
    assertCheckpointRefused();

    Files.write(checkpoint("a"), Arrays.copyOf(good, good.length - 100));
    assertCheckpointRefused();

    Files.delete(checkpoint("a"));
    Ending evaluated = polyak.run("evaluate", run("a"));
    assertThat(evaluated.code()).isEqualTo(ExitCode.CHECKPOINT_UNUSABLE.code());
  }

  private void assertCheckpointRefused(String... changes) {
    String[] arguments = {"train", "--resume", run("a"), "--steps", "9"};
    String[] all = Arrays.copyOf(arguments, arguments.length + changes.length);
    System.arraycopy(changes, 0, all, arguments.length, changes.length);
    Ending ending = polyak.run(all);
    assertThat(ending.code())
        .as("%s: %s", String.join(" ", changes), ending.err())
        .isEqualTo(ExitCode.CHECKPOINT_UNUSABLE.code());
  }

  private Path checkpoint(String name) {
    return folder.resolve(name).resolve("model.safetensors");
  }

  private byte[] model(String name) throws IOException {
    return Files.readAllBytes(checkpoint(name));
  }

  private String run(String name) {
    return polyak.path(name);
  }
}
