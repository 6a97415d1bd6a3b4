package org.polyak.tasks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.DeviceException;
import org.polyak.spi.DeviceMemoryException;
import org.polyak.spi.Probe;
import org.polyak.tasks.ExitCode;
import org.polyak.tasks.cli.CommandRunner.Ending;

/** The command line with a backend that has several devices, of which some must be asked for. */
final class OpenClCommandTest {
  @TempDir private Path folder;
  private CommandRunner polyak;

  @BeforeEach
  void start() {
    polyak = new CommandRunner(folder);
  }

  @Test
  void backendsListsEveryDeviceWithWhatToTypeForIt() {
    requireProcessor();
    assertThat(polyak.run("backends").out())
        .containsPattern("(?m)^opencl +(ready|missing) ")
        .containsPattern("--option device=\\d+: cpu, .+, driver .+, \\d+\\.\\d GiB");
  }

  @Test
  void aDeviceThatIsNotHereEndsInOneParagraphWithTheOriginOfTheChoice() {
    Ending ending =
        polyak.run("train", "copy", "--backend", "opencl", "--option", "device=no-such-device");
    assertThat(ending.code()).isEqualTo(ExitCode.BACKEND_UNAVAILABLE.code());
    assertThat(ending.err())
        .startsWith("polyak: Backend 'opencl' (from --backend) cannot start: ")
        .contains("or use one of: cpu-simd.")
        .hasLineCount(1);
  }

  @Test
  void aDeviceThatIsNotHereIsAnsweredWithThoseThatAre() {
    requireProcessor();
    Ending ending =
        polyak.run("train", "copy", "--backend", "opencl", "--option", "device=no-such-device");
    assertThat(ending.err())
        .contains("no OpenCL device is called 'no-such-device'; there ")
        .containsPattern("\\d: .+ \\(cpu, ")
        .contains("--option device=0");
  }

  @Test
  void optionsOfTheBackendAreCheckedWithTheirNames() {
    assertUsage(polyak.run("train", "copy", "--option", "device"), "--option needs NAME=VALUE");
    assertUsage(
        polyak.run("train", "copy", "--option", "type=cpu", "--option", "type=gpu"),
        "--option type and --option type cpu set the same");
    assertUsage(
        polyak.run("train", "copy", "--threads", "1", "--option", "threads=2"),
        "--option threads and --threads 1 set the same");
    assertUsage(
        polyak.run("train", "copy", "--backend", "opencl", "--option", "type=npu"),
        "gpu, cpu or other, not 'npu'");
    assertUsage(
        polyak.run("train", "copy", "--backend", "opencl", "--option", "colour=red"),
        "Unknown backend option 'colour'");
  }

  @Test
  void theConfigurationFileAndPropertiesChooseADeviceToo() throws Exception {
    requireProcessor();
    Files.writeString(
        folder.resolve("application.conf"),
        "polyak { backend = opencl, backend-options { device = no-such-device } }");
    Ending ending = polyak.run("train", "copy");
    assertThat(ending.code()).isEqualTo(ExitCode.BACKEND_UNAVAILABLE.code());
    assertThat(ending.err()).contains("application.conf").contains("no-such-device");
  }

  @Test
  void theProfileOfAStepCountsLaunchesAndCopies() {
    requireProcessor();
    Ending ending =
        polyak.run(
            profile(
                List.of(
                    "--backend", "opencl", "--option", "type=cpu", "--option", "profile=true")));
    assertThat(ending.code()).as(ending.err()).isZero();
    assertThat(ending.out())
        .contains("Backend opencl (from --backend)", "copy, preset quick, variant momentum: 2 ")
        .containsPattern("of one step +launches +device us")
        .containsPattern("(?m)^\\w+\\.\\w+ +\\d+\\.\\d +[\\d,]+\\.\\d$")
        .containsPattern("(?m)^all kernels +\\d+\\.\\d +[\\d,]+\\.\\d$")
        .containsPattern("(?m)^uploads +\\d\\.\\d +[\\d,]+ bytes$")
        .containsPattern("(?m)^downloads +\\d\\.\\d +[\\d,]+ bytes$")
        .containsPattern("memory +\\d+\\.\\d MiB of tensors at most; the backend holds");
  }

  @Test
  void aBackendThatDoesNotCountSaysSoInOneLine() {
    Ending ending = polyak.run(profile(List.of("--backend", "cpu-simd")));
    assertThat(ending.code()).as(ending.err()).isZero();
    assertThat(ending.out())
        .contains("ms each")
        .containsOnlyOnce("This backend does not count kernels and copies.")
        .doesNotContain("launches");
  }

  @Test
  void theProfileOfGenerationCountsAStepOfEverySequence() {
    requireProcessor();
    Ending ending =
        polyak.run(
            profile(List.of("--backend", "opencl", "--option", "type=cpu", "--generate", "3")));
    assertThat(ending.code()).as(ending.err()).isZero();
    assertThat(ending.out())
        .contains("2 steps of generation, 3 sequences at a time, after 3 to warm up")
        .containsPattern("(?m)^recurrence.forward +\\d+\\.0$")
        .containsPattern("(?m)^uploads +1\\.0 +12 bytes$");
  }

  @Test
  void whatBelongsToTheProfileIsRefusedWithoutIt() {
    assertUsage(polyak.run("doctor", "--backend", "opencl"), "--backend together with --profile");
    assertUsage(polyak.run("doctor", "copy"), "TASK together with --profile");
    assertUsage(polyak.run("doctor", "--profile", "--steps", "0"), "--steps must be at least 1");
    assertUsage(
        polyak.run("doctor", "--profile", "--generate", "0"), "--generate must be at least 1");
  }

  @Test
  void aFailingDeviceEndsTheRunInOneParagraph() {
    assertReported(
        new DeviceException("OpenCL failed while waiting: the device was lost."),
        "polyak: OpenCL failed while waiting: the device was lost.");
    assertReported(
        new DeviceMemoryException("No room. Use a smaller batch or model."),
        "polyak: No room. Use a smaller batch or model. The batch's size is train.batch-size, or --batch of generate.");
  }

  private static void assertReported(DeviceException failure, String text) {
    StringWriter err = new StringWriter();
    Terminal terminal =
        new Terminal(new PrintWriter(Writer.nullWriter()), new PrintWriter(err, true), false);
    assertThat(Failures.report(failure, terminal)).isEqualTo(ExitCode.RUN_FAILED);
    assertThat(err.toString().strip()).isEqualTo(text);
  }

  private static void assertUsage(Ending ending, String part) {
    assertThat(ending.code()).as(ending.err()).isEqualTo(ExitCode.USAGE.code());
    assertThat(ending.err()).contains(part).hasLineCount(1);
  }

  private static String[] profile(List<String> backend) {
    List<String> all = new ArrayList<>(List.of("doctor", "--profile", "--steps", "2"));
    for (String setting :
        List.of(
            "task.max-length=12",
            "model.heads=2",
            "model.head-dim=8",
            "model.feed-forward=16",
            "train.batch-size=4")) {
      all.addAll(List.of("--set", setting));
    }
    all.addAll(backend);
    return all.toArray(String[]::new);
  }

  private static void requireProcessor() {
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
      if (provider.id().equals("opencl")
          && !Boolean.getBoolean("polyak.opencl.required")
          && provider.probe(BackendOptions.of(Map.of("type", "cpu")))
              instanceof Probe.Missing(String reason, String remedy)) {
        Assumptions.abort(reason + ". " + remedy);
      }
    }
  }
}
