package org.polyak.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.polyak.bench.load.Suite;
import org.polyak.bench.load.Variant;
import org.polyak.bench.measure.BackendRequest;
import org.polyak.bench.measure.Effort;
import org.polyak.bench.report.ReportFolder;
import org.polyak.bench.result.RunJson;
import org.polyak.bench.result.RunRecord;
import org.polyak.bench.result.Runs;

/** The command as a user types it, and a run with everything but the processes. */
class BenchCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void aRunIsGatedMeasuredRecordedAndReported() throws IOException {
    RunRecord record = scalingWith(PeerRequest.NONE);
    assertThat(record.backend().threads()).isEqualTo(1);
    assertThat(record.gate().prefixes()).containsExactly("ATT-MOM");
    assertThat(record.gate().cases()).isPositive();
    assertThat(record.points()).singleElement().matches(point -> point.succeeded());
    assertThat(Files.readString(folder.resolve("report.html"))).contains("momentum", "data:image");
    assertThat(err.toString()).contains("Gate:", "[1/1] attention-forward momentum");
  }

  /** A wrong one fails the run, which measures and writes all the rest. */
  @Test
  void peersAreMeasuredBesideTheBackend() throws IOException {
    Path peers = folder.resolve("peers");
    for (String id : List.of("right", "wrong")) {
      Files.createDirectories(peers.resolve(id));
    }
    Path to = folder.resolve("out");
    BenchRequest request =
        new BenchRequest(
            Suite.KERNELS,
            Suite.Size.TINY,
            Suite.KERNELS.curves(Suite.Size.TINY, List.of()),
            new BackendRequest("cpu-simd", Map.of("threads", "1")),
            Effort.TRIAL,
            Duration.ofSeconds(60),
            new PeerRequest(true, List.of(), peers),
            to,
            "polyak bench --suite kernels --peers");
    BenchRun run = new BenchRun(request, () -> Instant.parse("2026-11-22T10:00:00Z"));
    assertThat(run.run(new Progress(new PrintWriter(err), false), new PrintWriter(out)))
        .isEqualTo(BenchExit.RUN_FAILED);
    RunRecord record = RunJson.read(to);
    assertThat(record.peers())
        .extracting(RunRecord.Library::description)
        .containsExactly(
            "plain loops, asked for 1 threads", "plain loops, asked for 1 threads", "");
    assertThat(record.points())
        .filteredOn(point -> point.load().benchmark().equals("matmul"))
        .extracting(point -> point.by().id())
        .containsExactly("cpu-simd", "right", "right-again", "wrong");
    assertThat(record.points())
        .filteredOn(point -> !point.succeeded())
        .singleElement()
        .matches(point -> point.failure().contains("differs from ours"));
    assertThat(err.toString()).contains("matmul 8x8x8 by right: ");
    assertThat(Files.readString(to.resolve("report.md")))
        .contains(
            "## Against Fake right 1.0",
            "## Against Fake right-again 1.0",
            "## Against Fake wrong 1.0");
  }

  /** It is left out, unless it was asked for by name. */
  @Test
  void aPeerWithoutTheseLoadsIsNoPartOfTheReport() throws IOException {
    Path peers = folder.resolve("peers");
    Files.createDirectories(peers.resolve("right"));
    assertThat(scalingWith(new PeerRequest(true, List.of(), peers)).peers()).isEmpty();
    assertThat(scalingWith(new PeerRequest(true, List.of("right"), peers)).peers())
        .singleElement()
        .matches(peer -> peer.contender().id().equals("right"));
    assertThat(Files.readString(folder.resolve("report.md")))
        .contains("It has none of these loads.");
  }

  @Test
  void anUnknownPeerIsNamed() throws IOException {
    Path peers = folder.resolve("peers");
    Files.createDirectories(peers.resolve("right"));
    String[] arguments = {
      "--suite", "kernels", "--peer", "rigth", "--peers-folder", peers.toString(), "--out", "x"
    };
    assertThat(execute(arguments)).isEqualTo(BenchExit.USAGE.code());
    assertThat(err.toString()).contains("there is no 'rigth'", "Did you mean 'right'?");
  }

  @Test
  void comparesTwoRuns() throws IOException {
    Path before = folder.resolve("before");
    Path after = folder.resolve("after");
    ReportFolder.at(before).write(Runs.kernels(0.5));
    ReportFolder.at(after).write(Runs.kernels(0.25));
    Path to = folder.resolve("comparison");
    assertThat(execute("--compare", before.toString(), after.toString(), "--out", to.toString()))
        .isZero();
    assertThat(Files.readString(to.resolve("compare.md")))
        .contains("2.00 (1.81 to 2.21)", "Geometric mean of the ratios: 2.00");
    assertThat(to.resolve("compare.html")).isNotEmptyFile();
    assertThat(to.resolve("compare.png")).isNotEmptyFile();
  }

  @Test
  void runsWithNothingInCommonAreNotCompared() {
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    ReportFolder.at(one).write(Runs.kernels(0.5));
    ReportFolder.at(two).write(Runs.scaling());
    assertThat(execute("--compare", one.toString(), two.toString(), "--out", folder.toString()))
        .isEqualTo(BenchExit.RUN_UNUSABLE.code());
    assertThat(err.toString()).contains("nothing in common", "kernels and scaling");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--suite kernel --out x | 2 | Did you mean 'kernels'?",
        "--suite kernels | 2 | --out DIR is missing",
        "--sute kernels | 2 | Did you mean --suite?",
        "--out x | 2 | either --suite or --compare",
        "--suite kernels --variant linear --out x | 2 | has no variants",
        "--suite attention --variant momentun --out x | 2 | Did you mean 'momentum'?",
        "--suite kernels --option threads --out x | 2 | --option needs NAME=VALUE",
        "--suite kernels --option threads=1 --option threads=2 --out x | 2 | given twice",
        "--suite scaling --limit 0 --out x | 2 | at least 1 second",
        "--suite kernels --limit 5 --out x | 2 | do not grow",
        "--compare a b --peers --out x | 2 | and what asks for peers",
        "--suite kernels --peers --peers-folder nowhere --out x | 3 | There are no peers at",
        "--compare a b --quick --out x | 2 | --compare measures nothing",
        "--compare a b --limit 5 --out x | 2 | --compare measures nothing",
        "--compare a b --load matmul --out x | 2 | --compare measures nothing",
        "--suite kernels --load matmull --out x | 2 | There are: matmul 256x256x256, ",
        "--suite kernels --rounds 0 --out x | 2 | --rounds needs at least 1",
        "--compare nowhere elsewhere --out x | 4 | There is no run at nowhere",
        "--suite kernels --out pom.xml | 5 | pom.xml is a file, not a folder",
      })
  void mistakesAreNamedWithACodeOfTheirOwn(String arguments, int code, String message) {
    assertThat(execute(arguments.strip().split(" "))).isEqualTo(code);
    assertThat(err.toString()).contains(message).startsWith("polyak: ");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void anUnknownBackendOrOptionStopsBeforeMeasuring() {
    String to = folder.toString();
    assertThat(execute("--suite", "kernels", "--backend", "cpu", "--out", to)).isEqualTo(3);
    assertThat(err.toString()).contains("Backend 'cpu' (from --backend) is unknown");
    assertThat(execute("--suite", "kernels", "--option", "thread=1", "--out", to)).isEqualTo(2);
    assertThat(err.toString()).contains("Unknown backend option 'thread'");
    assertThat(folder).isEmptyDirectory();
  }

  /** A run of the smallest load of attention. */
  private RunRecord scalingWith(PeerRequest peers) {
    BenchRequest request =
        new BenchRequest(
            Suite.SCALING,
            Suite.Size.TINY,
            Suite.SCALING.curves(Suite.Size.TINY, List.of(Variant.MOMENTUM)),
            new BackendRequest("cpu-simd", Map.of("threads", "1")),
            Effort.TRIAL,
            Duration.ofSeconds(60),
            peers,
            folder,
            "polyak bench --suite scaling");
    BenchRun run = new BenchRun(request, () -> Instant.parse("2026-11-22T10:00:00Z"));
    assertThat(run.run(new Progress(new PrintWriter(err), false), new PrintWriter(out)))
        .isEqualTo(BenchExit.OK);
    return RunJson.read(folder);
  }

  private int execute(String... arguments) {
    PrintWriter outWriter = new PrintWriter(out);
    PrintWriter errWriter = new PrintWriter(err);
    int code =
        new BenchCommand(outWriter, errWriter, false, () -> Instant.parse("2026-11-22T10:00:00Z"))
            .execute(arguments);
    outWriter.flush();
    errWriter.flush();
    return code;
  }
}
