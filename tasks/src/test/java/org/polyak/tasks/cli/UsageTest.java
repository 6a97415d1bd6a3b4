package org.polyak.tasks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.polyak.tasks.ExitCode;
import org.polyak.tasks.cli.CommandRunner.Ending;

final class UsageTest {
  @TempDir Path folder;
  private CommandRunner polyak;

  @BeforeEach
  void start() {
    polyak = new CommandRunner(folder);
  }

  @ParameterizedTest
  @EnumSource
  void theHelpExplainsEveryExitCode(ExitCode code) {
    assertThat(polyak.run("--help").out()).contains(String.valueOf(code.code()), code.meaning());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train",
        "evaluate",
        "generate",
        "compare",
        "backends",
        "doctor",
        "data",
        "certify"
      })
  void everyCommandHasHelp(String command) {
    Ending ending = polyak.run(command, "--help");
    assertThat(ending.code()).isZero();
    assertThat(ending.out()).contains("Usage: polyak " + command);
    assertThat(polyak.run().out()).contains("  " + command);
  }

  @Test
  void tellsItsVersion() {
    assertThat(polyak.run("--version").out()).startsWith("polyak ").contains("Java 25");
  }

  @Test
  void suggestsTheNearestNames() {
    assertUsage(polyak.run("trian", "copy"), "train");
    assertUsage(polyak.run("train", "cpoy"), "Did you mean 'copy'?");
    assertUsage(polyak.run("train", "copy", "--variant", "momentun"), "Did you mean 'momentum'?");
    assertUsage(polyak.run("train", "copy", "--presset", "quick"), "--preset");
    assertUsage(
        polyak.run("train", "copy", "--set", "attention.bta=1"), "Did you mean 'attention.beta'?");
    assertUsage(polyak.run("data", "fetch", "minst"), "Did you mean 'mnist'?");
    assertUsage(polyak.run("train"), "No task is named");
  }

  @Test
  void refusesImpossibleValues() {
    assertUsage(polyak.run("train", "copy", "--steps", "0"), "at least 1", "from --steps");
    assertUsage(polyak.run("train", "copy", "--steps", "many"), "--steps");
    assertUsage(polyak.run("train", "copy", "--threads", "-1"), "from --threads");
    assertUsage(
        polyak.run("train", "copy", "--variant", "softmax", "--set", "attention.beta=0.5"),
        "has no effect");
    assertUsage(polyak.run("compare", "copy", "--variant", "linear"), "compare.variants=[linear");
    assertUsage(
        polyak.run("compare", "copy", "--set", "compare.variants=[]"), "at least one variant");
    assertUsage(polyak.run("train", "copy", "--set", "precision=bf16"), "precision");
  }

  @Test
  void anUnknownBackendIsNamedWithItsOrigin() {
    Ending ending = polyak.run("train", "copy", "--backend", "gpu");
    assertThat(ending.code()).isEqualTo(ExitCode.BACKEND_UNAVAILABLE.code());
    assertThat(ending.err()).contains("'gpu' (from --backend)").contains("cpu-simd");
    assertOneParagraph(ending);
  }

  @Test
  void missingDataAreNamedWithWhatToPutWhere() {
    Ending ending = polyak.run("train", "mnist");
    assertThat(ending.code()).isEqualTo(ExitCode.DATA_UNUSABLE.code());
    assertThat(ending.err())
        .contains("polyak data fetch mnist")
        .contains(folder.resolve(".polyak/data/mnist/train-images-idx3-ubyte.gz").toString());
    assertOneParagraph(ending);
  }

  @Test
  void anEmptyTextIsADataError() throws IOException {
    Path text = Files.createFile(folder.resolve("empty.txt"));
    Ending ending = polyak.run("train", "text", "--set", "task.path=" + text);
    assertThat(ending.code()).isEqualTo(ExitCode.DATA_UNUSABLE.code());
    assertThat(ending.err()).contains("empty.txt is empty");
    assertOneParagraph(ending);
  }

  @Test
  void listsTheDataSetsWithStateAddressChecksumAndLicence() throws IOException {
    Path mnist = Files.createDirectories(folder.resolve("data/mnist"));
    Files.writeString(mnist.resolve("train-images-idx3-ubyte.gz"), "damaged");
    Ending ending = polyak.run("data", "--data-dir", polyak.path("data"));
    assertThat(ending.code()).isZero();
    assertThat(ending.out())
        .contains("corrupt: " + mnist.resolve("train-images-idx3-ubyte.gz"))
        .contains("missing input.txt")
        .contains("https://ossci-datasets.s3.amazonaws.com/mnist/t10k-images-idx3-ubyte.gz")
        .contains("md5 9fb629c4189551a2d022fa330f9573f3")
        .contains("sha256 86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed")
        .contains("licence");
  }

  /** Certify is brought by a module that this one does not know. */
  @Test
  void aCommandOfAnotherModuleGetsItsArgumentsAsTheyAreAndDecidesTheExitCode() {
    Ending ending =
        polyak.run("certify", "--chapter", "memory", "--out", polyak.path("certificate"));
    assertThat(ending.code()).as("partial").isEqualTo(2);
    assertThat(ending.out()).contains("PARTIAL", "cpu-simd");
    assertThat(folder.resolve("certificate/certificate.html")).exists();
    Ending refused = polyak.run("certify", "--no-such-option", "--out", polyak.path("c"));
    assertThat(refused.code()).isEqualTo(64);
    assertThat(refused.err()).contains("--no-such-option");
    assertOneParagraph(refused);
    assertUsage(polyak.run("certfy"), "certify");
  }

  @Test
  void findsTheBackendOfThisBuild() {
    assertThat(polyak.run("backends").out()).contains("cpu-simd").contains("ready");
    Ending doctor = polyak.run("doctor");
    assertThat(doctor.code()).isZero();
    assertThat(doctor.out()).contains("cpu-simd").contains("mnist is missing");
  }

  @Test
  void aBugGetsOneLineAndAFileWithItsTrace() throws IOException {
    StringWriter err = new StringWriter();
    Terminal terminal =
        new Terminal(new PrintWriter(Writer.nullWriter()), new PrintWriter(err, true), false);
    ExitCode code = Failures.report(new IllegalStateException("oops"), terminal);
    assertThat(code).isEqualTo(ExitCode.RUN_FAILED);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("oops").doesNotContain("\tat ");
    String named = err.toString().replaceFirst("(?s).*The details are in (.*?\\.log).*", "$1");
    Path log = Path.of(named);
    assertThat(Files.readString(log)).contains("IllegalStateException: oops").contains("\tat ");
    Files.delete(log);
  }

  private static void assertUsage(Ending ending, String... parts) {
    assertThat(ending.code()).isEqualTo(ExitCode.USAGE.code());
    assertThat(ending.err()).contains(parts);
    assertOneParagraph(ending);
  }

  private static void assertOneParagraph(Ending ending) {
    assertThat(ending.err().lines()).hasSize(1);
    assertThat(ending.err()).startsWith("polyak: ");
  }
}
