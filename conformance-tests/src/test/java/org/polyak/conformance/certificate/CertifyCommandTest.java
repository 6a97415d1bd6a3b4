package org.polyak.conformance.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.heap.HeapProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.ServiceLoader;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.polyak.conformance.golden.GoldenFiles;
import org.polyak.cpu.CpuBackendProvider;
import org.polyak.nn.session.BackendRegistry;

/** {@code polyak certify} from its arguments to its files, exit code and messages. */
class CertifyCommandTest {
  private static final BackendRegistry BACKENDS =
      BackendRegistry.of(
          List.of(
              new CpuBackendProvider(),
              new HeapProvider(),
              new OddProvider("forgetful", OddProvider::forgetful),
              new OddProvider("stubborn", OddProvider::exact),
              new OddProvider("strange", backend -> OddProvider.reporting(backend, "fp8")),
              new OddProvider(
                  "bursting",
                  backend -> {
                    throw new IllegalStateException("pop");
                  })));

  private record Ending(int code, String out, String err) {}

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void theHelpExplainsEveryExitCode(CertifyExit exit) {
    Ending ending = run("--help");
    assertThat(ending.code()).isZero();
    assertThat(ending.out()).contains(String.valueOf(exit.code()), exit.meaning());
  }

  @Test
  void isFoundAsAToolOfTheJdk() {
    ToolProvider tool =
        ServiceLoader.load(ToolProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(found -> found.name().equals("polyak-certify"))
            .findFirst()
            .orElseThrow();
    StringWriter out = new StringWriter();
    int code = tool.run(new PrintWriter(out, true), new PrintWriter(new StringWriter()), "--help");
    assertThat(code).isZero();
    assertThat(out.toString()).contains("Usage: polyak certify");
    assertThat(tool.description()).isPresent();
  }

  @Test
  void aChapterThatPassesIsPartialAndLeavesACertificate() {
    Ending ending = run("--backend", "cpu-simd", "--chapter", "memory", "--out", path("c"));
    assertThat(ending.code()).isEqualTo(2);
    assertThat(ending.out())
        .contains("PARTIAL: Backend 'cpu-simd'", "cases did not run", path("c/certificate.html"))
        .containsPattern("memory +\\d+ of \\d+ passed\n");
    assertThat(ending.err()).containsPattern("memory \\d+/\\d+");
    assertThat(folder.resolve("c/certificate.json"))
        .content()
        .contains("\"outcome\" : \"PARTIAL\"", "--chapter memory");
  }

  @Test
  void aBackendThatFailsIsNamedWithTheCommandThatRunsTheCaseAlone() {
    Ending ending =
        run("--backend", "forgetful", "--case", "VERB-TRANSFER", "--out", path("my certificate"));
    assertThat(ending.code()).isEqualTo(1);
    assertThat(ending.out())
        .contains(
            "FAILED: Backend 'heap'",
            "VERB-TRANSFER-001",
            "rerun: polyak certify --backend forgetful ")
        .contains("--case VERB-TRANSFER-001 --out '" + path("my certificate") + "/rerun'");
    assertThat(ending.err()).contains("VERB-TRANSFER-001");
    assertThat(folder.resolve("my certificate/certificate.md")).content().contains("# FAILED");
  }

  @Test
  void aGoldenFileWithoutAReplayMakesTheRunPartial() throws IOException {
    Path vectors = Files.createDirectory(folder.resolve("vectors"));
    GoldenFiles.write(vectors.resolve("06_spin.safetensors"), "spin_attention", "{}");
    Ending ending =
        run("--case", "VERB-FILL-001", "--golden", vectors.toString(), "--out", path("c"));
    assertThat(ending.code()).isEqualTo(2);
    assertThat(ending.out()).contains("2 replays of 1 golden files are not known");
    assertThat(folder.resolve("c/certificate.md")).content().contains("spin\\_attention");
  }

  @Test
  void wrongUseIsExplainedInOneParagraph() {
    assertRefused(64, run(), "--out");
    assertRefused(64, run("--out", path("c"), "--oout", "x"), "--oout");
    assertRefused(64, run("--chapter", "verb", "--out", path("c")), "Did you mean 'verbs'?");
    assertRefused(64, run("--chapter", "golden", "--out", path("c")), "--golden DIR");
    assertRefused(64, run("--case", "ATT-MON", "--out", path("c")), "Did you mean 'ATT-MOM'?");
    assertRefused(64, run("--option", "threads", "--out", path("c")), "NAME=VALUE");
    assertRefused(64, run("--option", "a=1", "--option", "a=2", "--out", path("c")), "given twice");
    assertRefused(64, run("--precision", "f64", "--out", path("c")), "'f64'", "tf32");
    assertRefused(
        64,
        run("--precision", "f32", "--option", "precision=f32", "--out", path("c")),
        "Leave one out");
    assertRefused(
        64,
        run("--backend", "cpu-simd", "--option", "thread=2", "--out", path("c")),
        "'cpu-simd' refuses",
        "'thread'");
  }

  @Test
  void aBackendThatIsNotToBeHadAsAskedIsExplainedInOneParagraph() {
    assertRefused(
        3, run("--backend", "heep", "--out", path("c")), "'heep' (from --backend)", "'heap'");
    assertRefused(
        3,
        run("--backend", "stubborn", "--precision", "bf16", "--out", path("c")),
        "opened with precision f32",
        "bf16");
    assertRefused(3, run("--backend", "strange", "--out", path("c")), "'fp8'");
    assertRefused(3, run("--backend", "bursting", "--out", path("c")), "failed to open", "pop");
  }

  @Test
  void unusableGoldenFilesAreExplainedInOneParagraph() throws IOException {
    Path vectors = folder.resolve("vectors");
    String[] arguments = {"--golden", vectors.toString(), "--out", path("c")};
    assertRefused(4, run(arguments), vectors.toString(), "does not exist");
    Files.createDirectory(vectors);
    assertRefused(4, run(arguments), "holds no .safetensors file");
    Files.writeString(vectors.resolve("01_a.safetensors"), "damaged");
    assertRefused(4, run(arguments), "01_a.safetensors", "cut short");
  }

  @Test
  void aPlaceThatCannotBeWrittenToIsRefusedBeforeAnythingRuns() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertRefused(5, run("--out", file.toString()), file.toString(), "is a file");
    assertRefused(5, run("--out", path("file/below")), "is a file");
  }

  @Test
  void nothingIsWrittenWhenNothingRan() {
    run("--backend", "heep", "--out", path("c"));
    run("--case", "ATT-MON", "--out", path("c"));
    assertThat(folder.resolve("c")).doesNotExist();
  }

  private void assertRefused(int code, Ending ending, String... parts) {
    assertThat(ending.err()).contains(parts).startsWith("polyak: ");
    assertThat(ending.err().lines()).hasSize(1);
    assertThat(ending.out()).isEmpty();
    assertThat(ending.code()).isEqualTo(code);
    assertThat(folder.resolve("c")).doesNotExist();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static Ending run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        new CertifyCommand(
                () -> BACKENDS,
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                false,
                InstantSource.system())
            .execute(arguments);
    return new Ending(code, out.toString(), err.toString());
  }
}
