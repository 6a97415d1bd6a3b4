package org.polyak.conformance.certificate;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.CaseSelection;
import org.polyak.conformance.Catalogue;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Precision;
import org.polyak.conformance.tool.BackendArguments;
import org.polyak.conformance.tool.ToolArguments;
import org.polyak.nn.session.BackendRegistry;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code polyak certify}: its options, and what goes wrong with them. */
@Command(
    name = "polyak certify",
    mixinStandardHelpOptions = true,
    description = "Runs the conformance suite on a backend and writes a certificate.",
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    footer = {
      "",
      "CERTIFIED needs every case of the catalogue: with --chapter or --case the best",
      "is PARTIAL, and so it is where --golden finds an operation that this version",
      "does not have.",
      "",
      "Examples:",
      "  polyak certify --backend cpu-simd --out certificate",
      "  polyak certify --backend cpu-simd --case ATT-MOM --out /tmp/attention",
      "  polyak certify --backend acme --precision tf32 --option device=1 --out acme"
    })
final class CertifyCommand implements Callable<Integer> {
  private final Supplier<BackendRegistry> registry;
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean interactive;
  private final InstantSource clock;

  @Mixin private BackendArguments backend = new BackendArguments();

  @Option(
      names = "--precision",
      paramLabel = "P",
      description = "f32, tf32 or bf16: the backend's option 'precision'.")
  private @Nullable String precision;

  @Option(
      names = "--chapter",
      paramLabel = "C",
      description = "Only the cases of this chapter; repeatable.")
  private List<String> chapters = new ArrayList<>();

  @Option(
      names = "--case",
      paramLabel = "ID",
      description = "Only this case, or those whose ids begin so; repeatable.")
  private List<String> cases = new ArrayList<>();

  @Option(
      names = "--golden",
      paramLabel = "DIR",
      description = "Also replays the golden vectors of this folder.")
  private @Nullable Path golden;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Where certificate.json, .md and .html and junit.xml go.")
  private Path folder = Path.of("");

  /**
   * One use of the command.
   *
   * @param registry finds the backends, when they are needed
   * @param out the summary
   * @param err progress and errors
   * @param interactive whether a person watches: lines may then be overwritten
   * @param clock dates the certificate
   */
  CertifyCommand(
      Supplier<BackendRegistry> registry,
      PrintWriter out,
      PrintWriter err,
      boolean interactive,
      InstantSource clock) {
    this.registry = registry;
    this.out = out;
    this.err = err;
    this.interactive = interactive;
    this.clock = clock;
  }

  /** Runs with these arguments and returns the code to end with. */
  int execute(String... arguments) {
    CommandLine line = new CommandLine(this);
    line.setOut(out);
    line.setErr(err);
    Map<String, String> codes = new LinkedHashMap<>();
    for (CertifyExit exit : CertifyExit.values()) {
      codes.put(String.valueOf(exit.code()), exit.meaning());
    }
    line.getCommandSpec().usageMessage().exitCodeList(codes);
    line.getCommandSpec()
        .version("suite " + Catalogue.VERSION, "polyak " + Certification.program());
    line.setParameterExceptionHandler((failure, rejected) ->
        report(
            CertifyExit.USAGE, ToolArguments.sentence(failure) + " See 'polyak certify --help'."));
    line.setExecutionExceptionHandler((failure, command, result) ->
        switch (failure) {
          case CertifyException e -> report(e.exit(), String.valueOf(e.getMessage()));
          default -> report(CertifyExit.BUG, ToolArguments.bug("polyak certify", failure));
        });
    return line.execute(arguments);
  }

  @Override
  public Integer call() {
    CertificationRequest request =
        new CertificationRequest(
            backend.id(), backend.options(), precision(), selection(), golden, folder);
    return CertifyExit.of(
            new Certification(request, registry.get(), clock)
                .run(selected -> new Progress(err, interactive, selected), out))
        .code();
  }

  private @Nullable Precision precision() {
    if (precision == null) {
      return null;
    }
    if (backend.options().containsKey(Certification.PRECISION)) {
      throw usage("--precision and --option precision=... say the same. Leave one out.");
    }
    try {
      return Precision.of(precision);
    } catch (IllegalArgumentException e) {
      throw usage("--precision: " + e.getMessage());
    }
  }

  private CaseSelection selection() {
    try {
      Set<Chapter> wanted =
          chapters.stream().map(CaseSelection::chapter).collect(Collectors.toSet());
      return new CaseSelection(wanted, cases);
    } catch (IllegalArgumentException e) {
      throw usage("--chapter: " + e.getMessage());
    }
  }

  private static CertifyException usage(String message) {
    return new CertifyException(CertifyExit.USAGE, message + " See 'polyak certify --help'.");
  }

  private int report(CertifyExit exit, String message) {
    err.println("polyak: " + message);
    err.flush();
    return exit.code();
  }
}
