package org.polyak.tasks.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.polyak.nn.session.BackendRegistry;
import org.polyak.nn.session.BackendSettings;
import org.polyak.nn.session.Session;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.Probe;
import org.polyak.tasks.ExitCode;
import org.polyak.tasks.UserException;
import org.polyak.tasks.config.RunConfig;
import org.polyak.tasks.config.Settings;
import org.polyak.tasks.data.DataFolders;
import org.polyak.tasks.data.DataSet;
import org.polyak.tasks.data.DataSets;
import org.polyak.tasks.data.DataState;
import org.polyak.tasks.report.Fonts;
import org.polyak.tasks.train.LearningTask;
import org.polyak.tasks.train.StepProfile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code polyak doctor}: whether this machine has what training needs. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Checks Java, backends, data sets, fonts and folders, and says what to mend.",
      "With --profile: tells what a step of training or generation gives the device to do."
    },
    footer = {
      "",
      "Example:",
      "  polyak doctor --profile copy --preset paper --backend opencl --option profile=true"
    })
final class DoctorCommand implements Callable<Integer> {
  private static final long LITTLE_HEAP = 1L << 30;

  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ProfileOptions options = new ProfileOptions();

  DoctorCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    return options.wanted() ? profile() : examine();
  }

  private int profile() {
    options.check();
    Settings settings = Settings.resolve(options.request(surroundings));
    settings.requireEffect();
    RunConfig run = settings.run();
    LearningTask task = LearningTask.of(run, DataFolders.of(run.dataDir(), surroundings.home()));
    PrintWriter out = surroundings.terminal().out();
    try (Session session = Sessions.open(run.backend())) {
      StepProfile measured = options.measure(session, run, task);
      out.println(session.describe());
      out.printf("%s, preset %s, variant %s: ", run.task().name(), run.preset(), run.variant());
      new ProfilePrinter(out, measured).print();
    }
    return ExitCode.OK.code();
  }

  private int examine() {
    ParseResult given = spec.commandLine().getParseResult();
    Stream.concat(
            given.matchedPositionals().stream().map(PositionalParamSpec::paramLabel),
            given.matchedOptions().stream().map(OptionSpec::longestName))
        .findFirst()
        .ifPresent(name -> {
          throw new UserException.Usage(
              "polyak doctor takes %s together with --profile only.".formatted(name));
        });
    PrintWriter out = surroundings.terminal().out();
    long heap = Runtime.getRuntime().maxMemory();
    line(out, true, "polyak", Version.current());
    line(
        out,
        true,
        "java",
        "%s (%s), %d processors"
            .formatted(
                Runtime.version(),
                System.getProperty("java.vm.name"),
                Runtime.getRuntime().availableProcessors()));
    line(
        out,
        heap >= LITTLE_HEAP,
        "heap",
        "up to %,d MiB%s"
            .formatted(
                heap >> 20,
                heap >= LITTLE_HEAP ? "" : "; give more with JAVA_TOOL_OPTIONS=-Xmx4g"));
    boolean usable = backends(out);
    fonts(out);
    Path config = surroundings.workingFolder().resolve("application.conf");
    line(
        out,
        true,
        "settings",
        Files.exists(config) ? config.toAbsolutePath().toString() : "no application.conf here");
    Path folder = surroundings.workingFolder().toAbsolutePath().normalize();
    boolean writable = Files.isWritable(folder);
    line(
        out,
        writable,
        "output",
        writable
            ? "runs go to " + folder.resolve("runs")
            : folder + " cannot be written; choose another folder with --out");
    DataFolders folders = DataFolders.of("", surroundings.home());
    DataSets.all().forEach(set -> data(out, folders, set));
    return usable ? ExitCode.OK.code() : ExitCode.BACKEND_UNAVAILABLE.code();
  }

  private static boolean backends(PrintWriter out) {
    BackendRegistry registry = BackendRegistry.discover();
    boolean usable = false;
    for (BackendProvider provider : registry.providers()) {
      boolean ready =
          provider.spiVersion() == BackendProvider.SPI_VERSION
              && provider.probe(BackendOptions.DEFAULTS) instanceof Probe.Ready;
      usable |= ready && provider.id().equals(BackendSettings.BUILT_IN);
      out.print(mark(ready) + "backend   ");
      BackendsCommand.print(out, provider);
    }
    registry.problems().forEach(problem -> line(out, false, "backend", problem));
    if (!usable) {
      line(
          out,
          false,
          "backend",
          "the default, %s, cannot start here".formatted(BackendSettings.BUILT_IN));
    }
    return usable;
  }

  private static void fonts(PrintWriter out) {
    List<String> families = Fonts.families();
    line(
        out,
        !families.isEmpty(),
        "fonts",
        families.isEmpty()
            ? "none, so nothing can be drawn; install one (Debian: fontconfig fonts-dejavu-core)"
            : families.size() + " families");
  }

  private static void data(PrintWriter out, DataFolders folders, DataSet set) {
    switch (folders.state(set)) {
      case DataState.Present present ->
          line(out, true, "data", set.name() + " in " + present.folder());
      case DataState.Missing missing ->
          line(out, false, "data", "%1$s is missing: polyak data fetch %1$s".formatted(set.name()));
      case DataState.Corrupt corrupt ->
          line(out, false, "data", String.join(" ", corrupt.faults()));
    }
  }

  private static void line(PrintWriter out, boolean good, String what, String text) {
    out.printf("%s%-10s%s%n", mark(good), what, text);
  }

  private static String mark(boolean good) {
    return good ? "  ok   " : "  --   ";
  }
}
