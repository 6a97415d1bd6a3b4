package org.polyak.bench.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.polyak.bench.load.LoadFilter;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Suite;
import org.polyak.bench.load.Variant;
import org.polyak.bench.measure.BackendRequest;
import org.polyak.bench.measure.Effort;
import org.polyak.bench.report.ReportFolder;
import org.polyak.bench.report.UnwritableException;
import org.polyak.bench.result.BadRunException;
import org.polyak.bench.result.RunJson;
import org.polyak.conformance.tool.BackendArguments;
import org.polyak.conformance.tool.ToolArguments;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code polyak bench}: its options, and what goes wrong with them. */
@Command(
    name = "polyak bench",
    mixinStandardHelpOptions = true,
    description = "Measures a backend, or draws two measurements side by side.",
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    footer = {
      "",
      "A backend is measured only after the conformance cases of what is measured.",
      "Figures are worth something on a machine that does nothing else.",
      "",
      "Examples:",
      "  polyak bench --suite kernels --quick --out /tmp/kernels",
      "  polyak bench --suite training --option threads=1 --out one-thread",
      "  polyak bench --suite kernels --option threads=1 --peers --out against-others",
      "  polyak bench --compare before after --out comparison"
    })
final class BenchCommand implements Callable<Integer> {
  private static final int LIMIT_SECONDS = 10;
  private static final int QUICK_LIMIT_SECONDS = 1;

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean interactive;
  private final InstantSource clock;
  private List<String> words = List.of();

  @Option(
      names = "--suite",
      paramLabel = "S",
      description = "kernels, attention, training, generation or scaling.")
  private @Nullable String suite;

  @Option(
      names = "--compare",
      arity = "2",
      paramLabel = "RUN",
      description = "Instead of measuring: two folders, or files, of earlier runs.")
  private List<Path> compared = new ArrayList<>();

  @Mixin private BackendArguments backend = new BackendArguments();

  @Option(
      names = "--variant",
      paramLabel = "V",
      description = "softmax, linear or momentum; repeatable; default: all.")
  private List<String> variants = new ArrayList<>();

  @Option(
      names = "--load",
      paramLabel = "TEXT",
      description =
          "Only the suite's loads whose names hold this, such as matmul or 4x8x1024x64; repeatable.")
  private List<String> loads = new ArrayList<>();

  @Option(
      names = "--peers",
      description =
          "Measures other libraries beside the backend, with as many threads: those that were built.")
  private boolean peers;

  @Option(
      names = "--peer",
      paramLabel = "ID",
      description = "Only this one, such as openblas or pytorch; repeatable.")
  private List<String> peerIds = new ArrayList<>();

  @Option(
      names = "--peers-folder",
      paramLabel = "DIR",
      description = "Where the peers lie; default: where a checkout builds them.")
  private @Nullable Path peersFolder;

  @Option(
      names = "--quick",
      description = "Small shapes and few samples: a run of seconds, with rough figures.")
  private boolean quick;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often all loads are measured, by turns; default: 3, with --quick 1.")
  private @Nullable Integer rounds;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      description =
          "attention, generation, scaling: longer sequences only while one run takes no longer than this; default: "
              + LIMIT_SECONDS
              + ", with --quick "
              + QUICK_LIMIT_SECONDS
              + ".")
  private @Nullable Integer limit;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Required: where run.json, report.html, report.md and the plots go, in place of those of an earlier run.")
  private @Nullable Path folder;

  /**
   * One use of the command.
   *
   * @param out the summary
   * @param err progress and errors
   * @param interactive whether a person watches: lines may then be overwritten
   * @param clock dates the run
   */
  BenchCommand(PrintWriter out, PrintWriter err, boolean interactive, InstantSource clock) {
    this.out = out;
    this.err = err;
    this.interactive = interactive;
    this.clock = clock;
  }

  /** Runs with these arguments and returns the code to end with. */
  int execute(String... arguments) {
    words = List.of(arguments);
    CommandLine line = new CommandLine(this);
    line.setOut(out);
    line.setErr(err);
    Map<String, String> codes = new LinkedHashMap<>();
    for (BenchExit exit : BenchExit.values()) {
      codes.put(String.valueOf(exit.code()), exit.meaning());
    }
    line.getCommandSpec().usageMessage().exitCodeList(codes);
    line.getCommandSpec().version("polyak " + BenchRun.program());
    line.setParameterExceptionHandler((failure, rejected) ->
        report(BenchExit.USAGE, ToolArguments.sentence(failure) + " See 'polyak bench --help'."));
    line.setExecutionExceptionHandler((failure, command, result) ->
        switch (failure) {
          case BenchException e -> report(e.exit(), String.valueOf(e.getMessage()));
          case BadRunException e -> report(BenchExit.RUN_UNUSABLE, String.valueOf(e.getMessage()));
          case UnwritableException e ->
              report(BenchExit.OUTPUT_UNWRITABLE, String.valueOf(e.getMessage()));
          default -> report(BenchExit.RUN_FAILED, ToolArguments.bug("polyak bench", failure));
        });
    return line.execute(arguments);
  }

  @Override
  public Integer call() {
    if ((suite == null) == compared.isEmpty()) {
      throw usage("Give either --suite or --compare.");
    }
    if (folder == null) {
      throw usage("--out DIR is missing: the folder for what comes out.");
    }
    if (suite == null) {
      compare(folder);
      return BenchExit.OK.code();
    }
    Suite wanted = suite(suite);
    Suite.Size size = quick ? Suite.Size.QUICK : Suite.Size.FULL;
    BenchRequest request =
        new BenchRequest(
            wanted,
            size,
            curves(wanted, size),
            new BackendRequest(backend.id(), backend.options()),
            effort(),
            limit(wanted),
            new PeerRequest(
                peers || !peerIds.isEmpty() || peersFolder != null, peerIds, peersFolder),
            folder,
            "polyak bench " + String.join(" ", words));
    return new BenchRun(request, clock).run(new Progress(err, interactive), out).code();
  }

  private void compare(Path to) {
    if (backend.given()
        || !variants.isEmpty()
        || !loads.isEmpty()
        || quick
        || rounds != null
        || limit != null
        || peers
        || !peerIds.isEmpty()
        || peersFolder != null) {
      throw usage(
          "--compare measures nothing: leave out --backend, --option, --variant, --load, --quick, --rounds, --limit, and what asks for peers.");
    }
    var first = RunJson.read(compared.getFirst());
    var second = RunJson.read(compared.getLast());
    try {
      ReportFolder place = ReportFolder.at(to);
      place.write(first, second);
      out.println("Comparison: " + place.comparison());
      out.flush();
    } catch (IllegalArgumentException e) {
      throw new BenchException(BenchExit.RUN_UNUSABLE, e.getMessage(), e);
    }
  }

  private static Suite suite(String name) {
    try {
      return Suite.of(name);
    } catch (IllegalArgumentException e) {
      throw usage("--suite: " + e.getMessage());
    }
  }

  private List<Variant> variants(Suite wanted) {
    if (!variants.isEmpty() && !wanted.hasVariants()) {
      throw usage("--variant: the suite %s has no variants. Leave it out.".formatted(wanted.id()));
    }
    try {
      return variants.isEmpty()
          ? List.of(Variant.values())
          : variants.stream().map(Variant::of).distinct().toList();
    } catch (IllegalArgumentException e) {
      throw usage("--variant: " + e.getMessage());
    }
  }

  private List<List<LoadId>> curves(Suite wanted, Suite.Size size) {
    List<List<LoadId>> all = wanted.curves(size, variants(wanted));
    try {
      return new LoadFilter(loads).of(all);
    } catch (IllegalArgumentException e) {
      throw usage("--load: " + e.getMessage());
    }
  }

  private Effort effort() {
    Effort usual = quick ? Effort.QUICK : Effort.FULL;
    if (rounds == null) {
      return usual;
    }
    if (rounds < 1) {
      throw usage("--rounds needs at least 1, not %d.".formatted(rounds));
    }
    return usual.withRounds(rounds);
  }

  private Duration limit(Suite wanted) {
    if (limit == null) {
      return Duration.ofSeconds(quick ? QUICK_LIMIT_SECONDS : LIMIT_SECONDS);
    }
    if (!wanted.hasCurves()) {
      throw usage("--limit: the loads of %s do not grow. Leave it out.".formatted(wanted.id()));
    }
    if (limit < 1) {
      throw usage("--limit needs at least 1 second, not %d.".formatted(limit));
    }
    return Duration.ofSeconds(limit);
  }

  private static BenchException usage(String message) {
    return new BenchException(BenchExit.USAGE, message + " See 'polyak bench --help'.", null);
  }

  private int report(BenchExit exit, String message) {
    err.println("polyak: " + message);
    err.flush();
    return exit.code();
  }
}
